/** What the processes of the operator say of themselves, in their metrics and logs. */
import { readFileSync } from 'node:fs';
import type { OperatorProcess } from '../stage/operator.ts';

const TIMEOUT_MS = 5_000;

/** The sum of a counter over all series that hold these labels. */
export async function counter({ url }: OperatorProcess, name: string, labels: Readonly<Record<string, string>>): Promise<number> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  const series = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)));
  return series.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

export const logOf = ({ daemon }: OperatorProcess): string => readFileSync(daemon.logFile, 'utf8');
