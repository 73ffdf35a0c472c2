// Numbers of two sides: what changed stands out, in colour and by its sign.
import { figure, h } from '../dom';
import * as format from '../format';
import { bar } from '../parts/section';
import type { Column } from '../parts/table';
import type { DiffReport, Figures } from './model';

export interface Measure { key: keyof Figures; label: string; bytes: boolean }

export const MEASURES: Measure[] = [
  { key: 'live_bytes', label: 'Live', bytes: true },
  { key: 'lost_bytes', label: 'Lost', bytes: true },
  { key: 'peak_bytes', label: 'At the peak', bytes: true },
  { key: 'allocations', label: 'Allocations', bytes: false },
  { key: 'live_blocks', label: 'Blocks', bytes: false },
  { key: 'lost_blocks', label: 'Lost blocks', bytes: false },
  { key: 'allocated_bytes', label: 'Allocated in all', bytes: true },
];

// Nothing is known about lost blocks unless both sides were searched.
export function measuresOf({ before, after }: DiffReport): Measure[] {
  return MEASURES.filter(({ key }) => !key.startsWith('lost') || (before.scanned && after.scanned));
}

export function amount(measure: Measure, value: number): HTMLElement {
  return figure(value, measure.bytes ? format.bytes(value) : format.count(value), format.count(value));
}

export function change(bytes: boolean, value: number): HTMLElement {
  const whole = Math.abs(value) >= 1 || value === 0;
  const text = bytes ? format.signed(value, format.bytes) : format.signed(value, (one) => (whole ? format.count(one) : one.toPrecision(2)));
  const element = figure(value, text);
  element.className = value > 0 ? 'more' : value < 0 ? 'less' : '';
  return element;
}

export interface Changed { before: number; after: number; change: number }

// Before, after and what lies between: the columns of each table here.
export function changeColumns<Row>(bytes: boolean, most: number, of: (row: Row) => Changed, per = ''): Column<Row>[] {
  const side = (value: number) => figure(value, bytes ? format.bytes(value) : format.count(value), format.count(value));
  return [
    { key: 'before', label: 'Before', numeric: true, minor: true, value: (row) => of(row).before, cell: (row) => side(of(row).before) },
    { key: 'after', label: 'After', numeric: true, minor: true, value: (row) => of(row).after, cell: (row) => side(of(row).after) },
    {
      key: 'change', label: per ? `Change per ${per}` : 'Change', numeric: true, value: (row) => of(row).change,
      cell: (row) => h('span', { class: `shared ${of(row).change < 0 ? 'shrunk' : ''}` }, change(bytes, of(row).change), bar(Math.abs(of(row).change), most)),
    },
  ];
}
