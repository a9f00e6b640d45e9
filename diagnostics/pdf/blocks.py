"""What a page is built of: blocks that know their height at a width, can be cut where a page ends, and draw themselves."""

from collections.abc import Sequence

from diagnostics.charts import palette
from diagnostics.charts.scene import Scene
from diagnostics.pdf.painter import Painter

_SLACK = 0.01


class Block:
    """A part of a page. `before` and `after` are the spaces wanted around it; `keep` holds it to the block that follows."""

    before: float = 0.0
    after: float = 0.0
    keep: bool = False

    def height(self, across: float) -> float:
        """The height at this width, in points."""
        raise NotImplementedError

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws the block with its upper left corner at x, y."""
        raise NotImplementedError

    def least(self, across: float) -> float:
        """The room that its beginning needs at least."""
        return self.height(across)

    def split(self, across: float, room: float) -> "tuple[Block, Block] | None":  # noqa: ARG002 - Blocks are whole unless they say otherwise.
        """The part that fits in the room and the rest, or None when the block cannot be cut there."""
        return None


class Space(Block):
    """Empty height."""

    def __init__(self, room: float) -> None:
        self._room = room

    def height(self, across: float) -> float:  # noqa: ARG002 - The same at every width.
        """The height."""
        return self._room

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws nothing."""


def gap(above: Block, below: Block) -> float:
    """The space between two neighbours: the larger of what both want."""
    return max(above.after, below.before)


class Stack(Block):
    """Blocks one under another."""

    def __init__(
        self, blocks: Sequence[Block], *, before: float = 0.0, after: float = 0.0, keep: bool = False, tag: str = ""
    ) -> None:
        self.blocks = tuple(blocks)
        self.before, self.after, self.keep, self._tag = before, after, keep, tag

    def height(self, across: float) -> float:
        """The height of all, with their spaces."""
        total = sum(block.height(across) for block in self.blocks)
        return total + sum(gap(above, below) for above, below in zip(self.blocks, self.blocks[1:], strict=False))

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws them in order."""
        if not self._tag:
            self._draw(painter, x, y, across)
            return
        with painter.element(self._tag):
            self._draw(painter, x, y, across)

    def _draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        for index, block in enumerate(self.blocks):
            if index:
                y += gap(self.blocks[index - 1], block)
            block.draw(painter, x, y, across)
            y += block.height(across)

    def least(self, across: float) -> float:
        """The first block's, and the next ones' as long as blocks hold on to what follows."""
        total = 0.0
        for index, block in enumerate(self.blocks):
            if not block.keep or index == len(self.blocks) - 1:
                return total + block.least(across)
            total += block.height(across) + gap(block, self.blocks[index + 1])
        return total

    def split(self, across: float, room: float) -> tuple[Block, Block] | None:
        """Cuts between blocks, or inside one that can be cut; never after a block that holds on to the next."""
        used = 0.0
        for index, block in enumerate(self.blocks):
            space = gap(self.blocks[index - 1], block) if index else 0.0
            needed = block.height(across)
            if used + space + needed <= room + _SLACK:
                used += space + needed
                continue
            parts = block.split(across, room - used - space)
            head = list(self.blocks[:index])
            if parts is None:
                rest = list(self.blocks[index:])
                while head and head[-1].keep:
                    rest.insert(0, head.pop())
            else:
                head.append(parts[0])
                rest = [parts[1], *self.blocks[index + 1 :]]
            if not head:
                return None
            return self._part(head), self._part(rest, after=self.after)
        return None

    def _part(self, blocks: Sequence[Block], after: float = 0.0) -> "Stack":
        return Stack(blocks, after=after, tag=self._tag)


class Whole(Stack):
    """Blocks that never part."""

    def least(self, across: float) -> float:
        """All of it."""
        return self.height(across)

    def split(self, across: float, room: float) -> tuple[Block, Block] | None:  # noqa: ARG002 - It is whole.
        """Never."""
        return None


class Columns(Block):
    """Blocks side by side. `shares` are the widths' shares; all are equal when left out."""

    def __init__(
        self,
        blocks: Sequence[Block],
        *,
        shares: Sequence[float] = (),
        between: float = 18.0,
        before: float = 0.0,
        after: float = 0.0,
    ) -> None:
        self.blocks = tuple(blocks)
        self._shares = tuple(shares) or tuple(1.0 for _ in blocks)
        self._between = between
        self.before, self.after = before, after

    def _widths(self, across: float) -> list[float]:
        room = across - self._between * (len(self.blocks) - 1)
        total = sum(self._shares)
        return [room * share / total for share in self._shares]

    def height(self, across: float) -> float:
        """The highest column's."""
        return max((block.height(room) for block, room in zip(self.blocks, self._widths(across), strict=True)), default=0.0)

    def least(self, across: float) -> float:
        """What the most demanding beginning needs."""
        return max((block.least(room) for block, room in zip(self.blocks, self._widths(across), strict=True)), default=0.0)

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws the columns from left to right."""
        for block, room in zip(self.blocks, self._widths(across), strict=True):
            block.draw(painter, x, y, room)
            x += room + self._between

    def split(self, across: float, room: float) -> tuple[Block, Block] | None:
        """Cuts every column that is longer than the room."""
        heads: list[Block] = []
        rests: list[Block] = []
        for block, place in zip(self.blocks, self._widths(across), strict=True):
            if block.height(place) <= room + _SLACK:
                heads.append(block)
                rests.append(Space(0))
                continue
            parts = block.split(place, room)
            if parts is None:
                return None
            heads.append(parts[0])
            rests.append(parts[1])
        return self._part(heads, 0.0), self._part(rests, self.after)

    def _part(self, blocks: Sequence[Block], after: float) -> "Columns":
        return Columns(blocks, shares=self._shares, between=self._between, after=after)


class Panel(Block):
    """A block on a ground, with a coloured bar at its left (or on top)."""

    def __init__(
        self,
        inner: Block,
        *,
        bar: str = palette.BLUE,
        ground: str = palette.PANEL,
        top: bool = False,
        before: float = 8.0,
        after: float = 10.0,
    ) -> None:
        self._inner, self._bar, self._ground, self._top = inner, bar, ground, top
        self.before, self.after = before, after
        self._stretch: float | None = None
        self._left, self._above, self._below = (12.0, 15.0, 12.0) if top else (15.0, 11.0, 11.0)

    def stretched(self, height: float) -> "Panel":
        """The panel made as high as its neighbours."""
        self._stretch = height
        return self

    def _room(self, across: float) -> float:
        return across - self._left - 12

    def height(self, across: float) -> float:
        """The inner block's height and the margins."""
        return max(self._inner.height(self._room(across)) + self._above + self._below, self._stretch or 0.0)

    def least(self, across: float) -> float:
        """The inner block's beginning and the margins."""
        return self._inner.least(self._room(across)) + self._above + self._below

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws the ground, the bar, and what stands on it."""
        down = self.height(across)
        painter.rect(x, y, across, down, self._ground)
        if self._top:
            painter.rect(x, y, across, 3, self._bar)
        else:
            painter.rect(x, y, 3, down, self._bar)
        self._inner.draw(painter, x + self._left, y + self._above, self._room(across))

    def split(self, across: float, room: float) -> tuple[Block, Block] | None:
        """Two panels alike."""
        parts = self._inner.split(self._room(across), room - self._above - self._below)
        if parts is None:
            return None
        return self._part(parts[0], 0.0), self._part(parts[1], self.after)

    def _part(self, inner: Block, after: float) -> "Panel":
        return Panel(inner, bar=self._bar, ground=self._ground, top=self._top, before=0, after=after)


def level_panels(panels: Sequence[Panel], across: float, between: float = 12.0) -> Columns:
    """Panels side by side, all as high as the highest."""
    room = (across - between * (len(panels) - 1)) / max(len(panels), 1)
    most = max((panel.height(room) for panel in panels), default=0.0)
    return Columns([panel.stretched(most) for panel in panels], between=between, before=8, after=12)


class Drawing(Block):
    """A scene, at its own size."""

    def __init__(self, scene: Scene, *, before: float = 4.0, after: float = 4.0) -> None:
        self._scene = scene
        self.before, self.after = before, after

    def height(self, across: float) -> float:  # noqa: ARG002 - A scene has its size.
        """The scene's height."""
        return self._scene.height

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:  # noqa: ARG002 - A scene has its size.
        """Draws the scene as a figure."""
        painter.scene(self._scene, x, y)


class Ruled(Block):
    """A thin rule between parts of a page."""

    def __init__(self, colour: str = palette.RULE, *, before: float = 10.0, after: float = 10.0) -> None:
        self._colour = colour
        self.before, self.after = before, after

    def height(self, across: float) -> float:  # noqa: ARG002 - The same at every width.
        """The rule's thickness."""
        return 0.6

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws the rule."""
        painter.rule(x, y, across, self._colour)
