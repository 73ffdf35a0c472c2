// A table that sorts by its column heads, shows one page at a time and opens rows: fifty thousand sites cost as much
// as fifty. Its state is given and reported, so that a view can keep it in the URL or here.
import { type Child, h, icon, ICONS, replace, uniqueId } from '../dom';
import * as format from '../format';
import { figuresOf, type Items, Ranking } from './order';

export interface Column<Row, Rows extends Items<Row> = Items<Row>> {
  key: string;
  label: string;
  help?: string;
  numeric?: boolean;
  minor?: boolean;                            // left out on narrow screens; the details still have it
  value?: (row: Row) => number | string;      // what rows are sorted by
  values?: (rows: Rows) => Float64Array;      // the same of all rows at once, for long lists; without both no sorting
  cell: (row: Row) => Child;
}

export interface TableState { sort: string; page: number; open: number }

export interface TableOptions<Row, Rows extends Items<Row> = Items<Row>> {
  caption: string;
  columns: Column<Row, Rows>[];
  key: (row: Row) => number;
  detail?: (row: Row) => Node;
  empty: string;
  pageSize?: number;
  onChange?: (state: TableState) => void;     // absent: the table keeps its own state
}

const PAGE_SIZE = 25;

export class DataTable<Row, Rows extends Items<Row> = Items<Row>> {
  readonly element: HTMLElement;
  private rows = new Ranking<Row>([]);
  private state: TableState = { sort: '', page: 0, open: -1 };
  private readonly head = h('tr');
  private readonly body = h('tbody');
  private readonly foot = h('div', { class: 'pager' });
  private readonly pageSize: number;

  constructor(private readonly options: TableOptions<Row, Rows>) {
    this.pageSize = options.pageSize ?? PAGE_SIZE;
    const id = uniqueId('table');
    this.element = h('div', { class: 'table-block' },
      h('div', { class: 'table-scroll', attrs: { role: 'region', 'aria-labelledby': id, tabindex: 0 } },
        h('table', {}, h('caption', { id, class: 'visually-hidden' }, options.caption), h('thead', {}, this.head), this.body)),
      this.foot);
  }

  // `rows` come in their natural order, that of the column `natural` if it is named; `state.sort` names a column, with "-"
  // in front for ascending, or is empty.
  show(rows: Rows, state: Partial<TableState> = {}, natural = ''): void {
    const { rows: shown, state: before } = this;
    this.natural = natural;
    this.state = { ...this.state, ...state };
    this.rows = this.sorted(rows);
    this.given = rows;
    if (this.rows === shown && before.page === this.state.page && before.sort === this.state.sort) {
      this.reopen(before.open);
      return;
    }
    this.drawHead();
    this.drawBody();
  }

  private given: Rows | undefined;
  private readonly drawn = new Map<number, { row: Row; lines: HTMLElement[] }>();  // of this page, by key
  private natural = '';
  private last: { rows: Rows; sort: string; result: Ranking<Row> } | undefined;  // turning pages does not sort again

  private change(change: Partial<TableState>): void {
    if (this.options.onChange) this.options.onChange({ ...this.state, ...change });
    else if (this.given) this.show(this.given, change, this.natural);
  }

  private sorted(rows: Rows): Ranking<Row> {
    const { sort } = this.state;
    if (this.last?.rows === rows && this.last.sort === sort) return this.last.result;
    const column = this.options.columns.find((one) => one.key === sort.replace(/^-/, ''));
    const result = new Ranking<Row>(rows, sort === this.natural ? undefined : this.figures(rows, column, sort.startsWith('-')));
    this.last = { rows, sort, result };
    return result;
  }

  private figures(rows: Rows, column: Column<Row, Rows> | undefined, ascending: boolean): Float64Array | undefined {
    const figures = column?.values?.(rows) ?? (column?.value && figuresOf(rows, column.value));
    return ascending ? figures?.map((figure) => -figure) : figures;
  }

  private drawHead(): void {
    const ascending = this.state.sort.startsWith('-');
    const sorted = this.state.sort.replace(/^-/, '');
    replace(this.head, ...this.options.columns.map((column) => {
      const active = column.key === sorted;
      const direction = active ? (ascending ? 'ascending' : 'descending') : null;
      const content = !column.value && !column.values ? column.label : h('button', {
        class: 'sort', attrs: { type: 'button', 'data-sort': column.key },
        on: {
          click: () => {
            // Figures are wanted largest first, names from A to Z; a second click turns the order round.
            const first = column.numeric ? column.key : `-${column.key}`;
            const second = column.numeric ? `-${column.key}` : column.key;
            this.change({ sort: this.state.sort === first ? second : first, page: 0 });
            this.head.querySelector<HTMLElement>(`[data-sort="${column.key}"]`)?.focus();
          },
        },
      }, column.label, h('span', { class: `sort-mark ${direction ?? ''}`, attrs: { 'aria-hidden': 'true' } }));
      return h('th', {
        class: [column.numeric && 'numeric', column.minor && 'minor'].filter(Boolean).join(' ') || undefined,
        title: column.help, attrs: { scope: 'col', 'aria-sort': direction },
      }, content);
    }));
  }

  private drawBody(): void {
    const { length } = this.rows.items;
    const pages = Math.max(1, Math.ceil(length / this.pageSize));
    const page = Math.min(Math.max(0, this.state.page), pages - 1);
    const from = page * this.pageSize;
    const shown = this.rows.slice(from, from + this.pageSize);
    this.drawn.clear();
    replace(this.body, ...shown.flatMap((row) => this.drawRow(row)));
    if (shown.length === 0) {
      this.body.append(h('tr', {}, h('td', { class: 'table-empty', attrs: { colspan: this.options.columns.length } }, this.options.empty)));
    }
    this.foot.hidden = pages === 1;
    const turn = (label: string, to: number) => h('button', {
      class: 'button', attrs: { type: 'button', disabled: to < 0 || to >= pages },
      on: { click: () => this.change({ page: to, open: -1 }) },
    }, label);
    replace(this.foot, turn('Previous', page - 1),
      h('span', { attrs: { role: 'status' } }, `${format.count(from + 1)}\u2013${format.count(from + shown.length)} of ${format.count(length)}`),
      turn('Next', page + 1));
  }

  // Only what is open has changed: the other rows stay as they are.
  private reopen(before: number): void {
    if (before === this.state.open) return;
    for (const key of [before, this.state.open]) {
      const drawn = this.drawn.get(key);
      if (!drawn) continue;
      const [line, detail] = drawn.lines;
      detail?.remove();
      line?.replaceWith(...this.drawRow(drawn.row));
    }
  }

  private drawRow(row: Row): HTMLElement[] {
    const { columns, detail } = this.options;
    const key = this.options.key(row);
    const open = detail !== undefined && this.state.open === key;
    const id = uniqueId('detail');
    const line = h('tr', { class: open ? 'open' : undefined, attrs: { 'data-key': key } }, ...columns.map((column, i) => {
      const attrs = { class: [column.numeric && 'numeric', column.minor && 'minor'].filter(Boolean).join(' ') || undefined };
      if (i > 0) return h('td', attrs, column.cell(row));
      if (!detail) return h('th', { ...attrs, attrs: { scope: 'row' } }, column.cell(row));
      return h('th', { ...attrs, attrs: { scope: 'row' } }, h('button', {
        class: 'row-toggle', attrs: { type: 'button', 'aria-expanded': String(open), 'aria-controls': open ? id : null },
        on: {
          click: () => {
            this.change({ open: open ? -1 : key });
            this.body.querySelector<HTMLElement>(`tr[data-key="${key}"] .row-toggle`)?.focus({ preventScroll: true });
          },
        },
      }, icon(ICONS.chevron), column.cell(row)));
    }));
    const lines = [line];
    if (open && detail) lines.push(h('tr', { class: 'detail', id }, h('td', { attrs: { colspan: columns.length } }, h('div', { class: 'detail-body' }, detail(row)))));
    this.drawn.set(key, { row, lines });
    return lines;
  }
}
