// The report data: gzip in base64 inside the page, unpacked by the browser itself.
import { type DiffReport, isDiff } from './diff/model';
import { type Report, SCHEMA_VERSION } from './model';
import { type PackedReport, unpack } from './unpack';

export async function readReport(): Promise<Report | DiffReport> {
  const slot = document.getElementById('report-data');
  const text = slot?.textContent?.trim() ?? '';  // stays in the page: saving it again must keep the data
  if (text === '') throw new Error('This page holds no report data.');
  if (typeof DecompressionStream === 'undefined') {
    throw new Error('This browser cannot unpack the report. Use Chrome 80, Firefox 113, Safari 16.4 or newer, or read the JSON report.');
  }
  const stream = new Blob([decodeBase64(text)]).stream().pipeThrough(new DecompressionStream('gzip'));
  let report: PackedReport | DiffReport;
  try {
    report = await new Response(stream).json() as PackedReport | DiffReport;
  } catch {
    throw new Error('The data in this page is damaged: the file was probably cut or changed. Write the report again.');
  }
  if (report.schema_version > SCHEMA_VERSION) {
    throw new Error(`The data has schema version ${report.schema_version}; this page reads up to ${SCHEMA_VERSION}.`);
  }
  if (isDiff(report)) return report;
  if (!Array.isArray(report.processes) || report.processes.length === 0) throw new Error('The report holds no process.');
  return unpack(report);
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
