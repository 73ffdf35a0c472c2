// Numbers and times as people read them; the same wording as the text report (analyzer/base/units).

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

function scaled(bytes: number): string {
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1023.95 && unit + 1 < UNITS.length) {
    value /= 1024;
    ++unit;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

export function bytes(value: number): string {
  const size = Math.abs(value);
  const text = size < 1024 ? `${Math.round(size)} B` : scaled(size);
  return value < 0 ? `\u2212${text}` : text;
}

export function count(value: number): string {
  let digits = Math.abs(Math.round(value)).toString();
  for (let at = digits.length - 3; at > 0; at -= 3) digits = `${digits.slice(0, at)},${digits.slice(at)}`;
  return value < 0 ? `\u2212${digits}` : digits;
}

export function signed(value: number, format: (value: number) => string): string {
  return value > 0 ? `+${format(value)}` : format(value);
}

export function rate(bytesPerSecond: number): string {
  return `${signed(bytesPerSecond, bytes)}/s`;
}

export function duration(timeNs: number): string {
  const seconds = timeNs / 1e9;
  if (timeNs < 1e6) return `${Math.floor(timeNs / 1000)} \u00b5s`;
  if (timeNs < 1e9) return `${(seconds * 1e3).toFixed(1)} ms`;
  if (seconds < 60) return `${seconds.toFixed(2)} s`;
  const whole = Math.floor(seconds);
  const two = (value: number) => value.toString().padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}

export function percent(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return '0%';
  const share = (100 * part) / whole;
  if (share < 0.1) return '<0.1%';
  return share < 10 ? `${share.toFixed(1)}%` : `${Math.round(share)}%`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

// A moment as the reader's own clock shows it, with the zone, so that it can be matched with logs.
export function moment(unixNs: number): string {
  const date = new Date(unixNs / 1e6);
  const two = (value: number) => value.toString().padStart(2, '0');
  const zone = -date.getTimezoneOffset();
  const offset = zone === 0 ? 'UTC'
    : `UTC${zone > 0 ? '+' : '\u2212'}${two(Math.floor(Math.abs(zone) / 60))}:${two(Math.abs(zone) % 60)}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${offset}`;
}

export function hex(value: number | string | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'number' ? `0x${value.toString(16)}` : value;
}

// One shell word; quoted only when it has to be.
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export function commandLine(argv: string[]): string {
  return argv.map(shellWord).join(' ');
}

const SIGNALS: Record<number, string> = {
  1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 4: 'SIGILL', 6: 'SIGABRT', 7: 'SIGBUS', 8: 'SIGFPE', 9: 'SIGKILL',
  11: 'SIGSEGV', 13: 'SIGPIPE', 14: 'SIGALRM', 15: 'SIGTERM', 24: 'SIGXCPU', 25: 'SIGXFSZ', 31: 'SIGSYS',
};

export function end(how: { kind: string; code?: number } | undefined): string {
  if (!how) return 'not recorded';
  const code = how.code ?? 0;
  switch (how.kind) {
    case 'exited': return `exited with code ${code}`;
    case 'signaled': return `killed by ${SIGNALS[code] ?? `signal ${code}`}`;
    case 'exec': return 'replaced itself by exec';
    case 'running': return 'still running when analyzed';
    case 'unknown': return 'not recorded (killed, or the trace was cut)';
    default: return how.kind;
  }
}
