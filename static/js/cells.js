// Tables of controls, rosters and matrices alike: moving from cell to cell with the keyboard, and pasting a spreadsheet's block.

/** A block as a spreadsheet copies it: rows of cells, quoted where they hold tabs, lines or quotes. */
export function blockOf(text) {
  const rows = [[""]];
  let quoted = false;
  const clean = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").replace(/\n+$/, "");
  for (let at = 0; at < clean.length; at += 1) {
    const row = rows.at(-1);
    const mark = clean[at];
    if (quoted && mark === '"' && clean[at + 1] === '"') {
      row[row.length - 1] += '"';
      at += 1;
    } else if (mark === '"' && (quoted || row.at(-1) === "")) {
      quoted = !quoted;
    } else if (!quoted && mark === "\t") {
      row.push("");
    } else if (!quoted && mark === "\n") {
      rows.push([""]);
    } else {
      row[row.length - 1] += mark;
    }
  }
  return rows.map((row) => row.map((cell) => cell.trim()));
}

export function isBlock(text) {
  return /[\t\n]/.test(text.replace(/\s+$/, ""));
}

/** A text without accents, capitals and plurals, to compare words as people type them. */
export function stem(text) {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.split(/\s+/).filter(Boolean).map((word) => word.replace(/s$/, "")).join(" ");
}

// A choice may be pasted as its code, in words, or as the beginning of its words; what is none of these becomes a choice of its
// own, to be pointed out.
function choose(control, text) {
  const wanted = stem(text);
  const options = [...control.options].filter((each) => each.value);
  const begun = options.filter((each) => wanted && stem(each.text).startsWith(wanted));
  const option = options.find((each) => [stem(each.value), stem(each.text)].includes(wanted)) ?? (begun.length === 1 ? begun[0] : null);
  if (option) {
    control.value = option.value;
  } else if (text) {
    control.add(new Option(text, text, true, true));
  } else {
    control.value = "";
  }
}

// A browser's calendar takes 2026-11-24 only; any other way of writing a date is kept as text, to be read like any other.
function date(control, text) {
  control.value = text;
  if (text && control.value !== text) {
    const [, day, month, year] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text) ?? [];
    control.value = year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : "";
    if (!control.value) {
      control.type = "text";
      control.value = text;
    }
  }
}

/** Puts a text into a control; gives what takes it back, unless the cell was changed since. */
export function fill(control, text) {
  const before = control.value;
  const type = control.type;
  if (control.tagName === "SELECT") {
    choose(control, text);
  } else if (type === "date") {
    date(control, text);
  } else {
    control.value = text;
  }
  const after = control.value;
  return () => {
    if (control.value === after) {
      if (control.tagName !== "SELECT") {
        control.type = type;
      }
      control.value = before;
    }
  };
}

// Whether the cursor stands where an arrow leaves the cell.
function leaves(control, key) {
  if (control.tagName !== "INPUT" || control.type !== "text") {
    return false;
  }
  const { selectionStart: start, selectionEnd: end, value } = control;
  const whole = start === 0 && end === value.length;
  return key === "ArrowLeft" ? start === 0 && (end === 0 || whole) : end === value.length && (start === end || whole);
}

/** How far a key moves in a table, as [rows, columns]; null for a key that does not. */
export function stepOf(event) {
  const control = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return null;
  }
  if (event.key === "Enter") {
    return [event.shiftKey ? -1 : 1, 0];
  }
  // In a calendar the arrows change the date.
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    return control.type === "date" || event.shiftKey ? null : [event.key === "ArrowDown" ? 1 : -1, 0];
  }
  if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && !event.shiftKey && leaves(control, event.key)) {
    return [0, event.key === "ArrowRight" ? 1 : -1];
  }
  return null;
}

export function enter(control) {
  control?.focus();
  control?.select?.();
}
