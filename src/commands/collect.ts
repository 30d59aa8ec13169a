/** `agent-sre collect`: a namespace in one file, to be diagnosed anywhere and again. */
import { writeFile } from 'node:fs/promises';
import type { Terminal } from '../cli/terminal.ts';
import type { Clock } from '../clock.ts';
import { formatBytes } from '../domain/quantity.ts';
import { type Bundle, packBundle } from '../sources/frozen/bundle.ts';
import { wrapped } from '../text/layout.ts';
import { oneLine } from '../text/plain.ts';
import type { Connection } from './arguments.ts';
import { collectNamespace } from './collecting.ts';
import { connect } from './connect.ts';
import { CommandError } from './errors.ts';
import { createRedaction } from './redaction.ts';

export interface CollectRequest extends Connection {
  readonly namespace: string;
  /** Absent: a name of the namespace and the time, which must not exist yet. */
  readonly output: string | undefined;
}

export async function collect(request: CollectRequest, terminal: Terminal, clock: Clock): Promise<void> {
  const redaction = createRedaction();
  const connected = connect(request, clock, redaction.cleaner);
  try {
    const bundle = await collectNamespace({ connected, redaction, clock }, request.namespace);
    const path = request.output ?? `${request.namespace}-${bundle.collectedAt.replace(/\.\d+Z$/u, 'Z').replaceAll(/[-:]/gu, '')}.json.gz`;
    const bytes = await packBundle(bundle);
    await write(path, bytes, request.output === undefined);
    terminal.print(...collectedLines(bundle, path, bytes.byteLength, terminal.width));
  } finally {
    await connected.close();
  }
}

/** For the owner's eyes: what a redactor does not know as a secret may still be private. */
async function write(path: string, bytes: Uint8Array, mustBeNew: boolean): Promise<void> {
  try {
    await writeFile(path, bytes, { mode: 0o600, flag: mustBeNew ? 'wx' : 'w' });
  } catch (cause) {
    throw new CommandError(`${path} cannot be written: ${(cause as Error).message}; name another file with --output`, { cause });
  }
}

const MOST_GAPS = 10;

function collectedLines({ namespace, objects, evidence, notSeen }: Bundle, path: string, size: number, width: number): string[] {
  const gaps = notSeen?.gaps ?? [];
  const logs = Object.keys(evidence.errorLogs ?? {}).length;
  const measured = typeof evidence.metricsCsv === 'string' ? ', metrics of the last hour' : '';
  const more = gaps.length - MOST_GAPS;
  return [
    ...wrapped(
      `Wrote ${path} (${formatBytes(size)}): ${objects.items.length} objects of namespace ${namespace}, logs of ${logs}${measured}.`,
      width,
    ),
    ...wrapped('Secrets are not in it, and what looks like a secret was taken out. Look it over before you hand it on.', width),
    ...(gaps.length === 0 ? [] : ['', 'Not seen:']),
    ...gaps.slice(0, MOST_GAPS).flatMap(({ source, message }) => wrapped(oneLine(`- ${source}: ${message}`), width)),
    ...(more > 0 ? [`and ${more} more`] : []),
    '',
    `Diagnose it: agent-sre diagnose --snapshot ${path}`,
  ];
}
