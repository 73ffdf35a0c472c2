// Blocks below each other, with the pointers between them: straight from one block to the next, in arcs on the right
// where they skip blocks or lead back. Narrow enough for a telephone, and for cycles and paths alike.
import { h, svg } from '../dom';

export interface PictureNode { title: string; note: string; tone: 'root' | 'block' | 'end' }
export interface PictureEdge { from: number; to: number; label: string; weak?: boolean; cut?: boolean }

const BOX = { width: 216, height: 42, gap: 34 };
const LEFT = 2;
const ARC = 26;            // between arcs of different spans
const LABEL_ROOM = 92;
const TITLE_LETTERS = 26;
const NOTE_LETTERS = 36;

function cropped(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, letters - 1)}\u2026` : text;
}

const topOf = (index: number): number => 2 + index * (BOX.height + BOX.gap);

function drawNode(node: PictureNode, index: number): SVGElement {
  const text = (className: string, y: number, content: string) => svg('text', { class: className, attrs: { x: LEFT + 12, y: topOf(index) + y } }, content);
  return svg('g', { class: `node ${node.tone}` }, svg('title', {}, `${node.title}\n${node.note}`),
    svg('rect', { attrs: { x: LEFT, y: topOf(index), width: BOX.width, height: BOX.height, rx: node.tone === 'root' ? BOX.height / 2 : 7 } }),
    text('node-title', 18, cropped(node.title, TITLE_LETTERS)), text('node-note', 33, cropped(node.note, NOTE_LETTERS)));
}

function arrow(x: number, y: number, towards: 'down' | 'left'): string {
  return towards === 'down' ? `M${x - 4} ${y - 6}L${x} ${y}L${x + 4} ${y - 6}` : `M${x + 6} ${y - 4}L${x} ${y}L${x + 6} ${y + 4}`;
}

function drawEdge(edge: PictureEdge, lane: number, anchors: (node: number) => number): SVGElement {
  const className = ['edge', edge.weak && 'weak', edge.cut && 'cut'].filter(Boolean).join(' ');
  const label = (x: number, y: number) => svg('text', { class: 'edge-label', attrs: { x, y } }, edge.label,
    edge.cut && svg('tspan', { attrs: { x, dy: 14 } }, '\u2702 cut here'));
  if (edge.to === edge.from + 1) {
    const x = LEFT + 28;
    const [from, to] = [topOf(edge.from) + BOX.height, topOf(edge.to) - 1];
    return svg('g', { class: className }, svg('path', { attrs: { d: `M${x} ${from}L${x} ${to}` } }),
      svg('path', { class: 'head', attrs: { d: arrow(x, to, 'down') } }), label(x + 10, (from + to) / 2 + (edge.cut ? -3 : 4)));
  }
  const right = LEFT + BOX.width;
  const [from, to] = [topOf(edge.from) + anchors(edge.from), topOf(edge.to) + anchors(edge.to)];
  const out = right + lane * ARC;
  return svg('g', { class: className },
    svg('path', { attrs: { d: `M${right} ${from}C${out + ARC / 2} ${from} ${out + ARC / 2} ${to} ${right + 2} ${to}` } }),
    svg('path', { class: 'head', attrs: { d: arrow(right + 2, to, 'left') } }), label(right + (lane + 0.5) * ARC * 0.75 + 6, (from + to) / 2 + (edge.cut ? -3 : 4)));
}

// `text` says the same in words.
export function columnPicture(nodes: PictureNode[], edges: PictureEdge[], text: string): HTMLElement {
  const arcs = edges.filter((edge) => edge.to !== edge.from + 1 && edge.to !== edge.from);
  const spans = [...new Set(arcs.map((edge) => Math.abs(edge.to - edge.from)))].sort((a, b) => a - b);
  const used = new Map<number, number>();
  // Pointers that meet at one block do not touch it at the same height.
  const anchors = (node: number) => {
    const count = used.get(node) ?? 0;
    used.set(node, count + 1);
    return 10 + ((count * 11) % (BOX.height - 14));
  };
  const drawn = edges.filter((edge) => edge.to !== edge.from).map((edge) => drawEdge(edge, spans.indexOf(Math.abs(edge.to - edge.from)) + 1, anchors));
  const width = LEFT + BOX.width + (arcs.length > 0 ? spans.length * ARC + LABEL_ROOM : 2);
  const height = topOf(nodes.length - 1) + BOX.height + 3;
  return h('figure', { class: 'picture' }, svg('svg', { attrs: { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': text } }, ...drawn, ...nodes.map(drawNode)));
}
