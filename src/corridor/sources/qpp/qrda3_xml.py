"""The XML of a QRDA III document as plain nodes that know their line.

Nothing is ever fetched or expanded: a document type declaration, and with it every entity of the file's
own, is refused before it takes effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from corridor.errors import CorridorError

from .codes import template

HL7 = "urn:hl7-org:v3"
_DEEPEST = 200


@dataclass
class Node:
    """An element of the HL7 namespace; others keep their namespace in front of the name."""

    tag: str
    attributes: dict[str, str]
    line: int
    path: str
    children: list[Node] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def all(self, *tags: str) -> Iterator[Node]:
        """The elements at the end of a way down, in order of the document."""
        if not tags:
            yield self
            return
        for child in self.children:
            if child.tag == tags[0]:
                yield from child.all(*tags[1:])

    def first(self, *tags: str) -> Node | None:
        """The first element at the end of a way down."""
        return next(self.all(*tags), None)

    def get(self, name: str) -> str | None:
        """An attribute; None where it is absent."""
        return self.attributes.get(name)

    def has_template(self, *names: str) -> bool:
        """Whether the element bears one of these templates, whatever its extension."""
        roots = {template(name)[0] for name in names}
        return any(child.get("root") in roots for child in self.all("templateId"))


def parse(path: Path) -> Node:
    """The document as nodes. Errors: QRDA3-XML."""
    parser = expat.ParserCreate(namespace_separator="|")
    parser.buffer_text = True
    root: list[Node] = []
    open_nodes: list[Node] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.removeprefix(HL7 + "|")
        if len(open_nodes) >= _DEEPEST:
            raise _refused(
                path, "Elements are nested deeper than any QRDA III document's.", parser.CurrentLineNumber
            )
        parent = open_nodes[-1] if open_nodes else None
        where = f"/{tag}"
        if parent:
            parent.seen[tag] = parent.seen.get(tag, 0) + 1
            where = f"{parent.path}/{tag}[{parent.seen[tag]}]"
        node = Node(tag, attributes, parser.CurrentLineNumber, where)
        (parent.children if parent else root).append(node)
        open_nodes.append(node)

    def declared(*_: object) -> None:
        raise _refused(path, "The file declares a document type of its own.", parser.CurrentLineNumber)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: open_nodes.pop()
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(path.read_bytes(), True)
    except expat.ExpatError as error:
        raise _refused(path, f"The file is not a valid XML document: {error}.", error.lineno) from error
    except (LookupError, ValueError) as error:  # an encoding that nobody knows, or of several bytes
        raise _refused(path, f"The file's encoding cannot be read: {error}.", 1) from error
    except OSError as error:
        raise _refused(path, f"The file cannot be read: {error}.", None) from error
    return root[0]


def _refused(path: Path, what: str, line: int | None) -> CorridorError:
    return CorridorError(
        "QRDA3-XML",
        what,
        why="CMS's converter answers CT 2: the file is not a valid XML document.",
        todo="Export the document again; it has no document type and ends with </ClinicalDocument>.",
        file=path,
        line=line,
    )
