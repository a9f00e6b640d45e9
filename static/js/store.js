// The browser's own store, in few words: rows in IndexedDB, each changed in one transaction. Pages and the service worker share it.
// Rows: `drafts` (one section's unsent answers), `taken` (a dossier taken along), `device` (whose browser this is now).
// Where the browser gives no store, rows live as long as the page and `isVolatile()` says so.

const NAME = "diagnostics";
const STORES = ["drafts", "taken", "device"];
const memory = new Map(STORES.map((name) => [name, new Map()]));
let connection = null;
let volatile = false;

function connect() {
  connection ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const name of STORES) {
        if (!request.result.objectStoreNames.contains(name)) {
          request.result.createObjectStore(name, { keyPath: "id" });
        }
      }
    };
    request.onsuccess = () => {
      const database = request.result;
      // Another page that erases or upgrades the store must not wait for this one.
      database.onversionchange = () => {
        database.close();
        connection = null;
      };
      database.onclose = () => {
        connection = null;
      };
      resolve(database);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  return connection;
}

// Runs `work(store)`, which gives a request or nothing, in one transaction; gives the request's result once it is durable.
async function transact(name, mode, work) {
  let database;
  try {
    database = await connect();
  } catch {
    connection = null;
    volatile = true;
    return null;
  }
  try {
    return await run(database, name, mode, work);
  } catch (error) {
    if (error?.name !== "InvalidStateError") {
      throw error;
    }
    // The connection was closed under us: once more on a new one.
    connection = null;
    return run(await connect(), name, mode, work);
  }
}

function run(database, name, mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(name, mode, mode === "readwrite" ? { durability: "strict" } : undefined);
    const holder = { result: undefined };
    transaction.oncomplete = () => resolve(holder);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    work(transaction.objectStore(name), holder);
  });
}

export function isVolatile() {
  return volatile;
}

export async function get(name, id) {
  const done = await transact(name, "readonly", (rows, holder) => {
    rows.get(id).onsuccess = (event) => {
      holder.result = event.target.result;
    };
  });
  return done ? done.result : memory.get(name).get(id);
}

export async function all(name) {
  const done = await transact(name, "readonly", (rows, holder) => {
    rows.getAll().onsuccess = (event) => {
      holder.result = event.target.result;
    };
  });
  return done ? done.result : [...memory.get(name).values()];
}

// Changes a row in one transaction: `change` is given the row or undefined and gives the new one, or undefined to erase it.
export async function update(name, id, change) {
  const done = await transact(name, "readwrite", (rows, holder) => {
    rows.get(id).onsuccess = (event) => {
      holder.result = change(event.target.result);
      if (holder.result === undefined) {
        rows.delete(id);
      } else {
        rows.put(holder.result);
      }
    };
  });
  if (done) {
    return done.result;
  }
  const result = change(memory.get(name).get(id));
  if (result === undefined) {
    memory.get(name).delete(id);
  } else {
    memory.get(name).set(id, result);
  }
  return result;
}

export function remove(name, id) {
  return update(name, id, () => undefined);
}
