/** What a frozen snapshot holds of logs: by workload, then by container or run, as lines or as counted patterns. */
import type { ObjectRef } from '../../crds/common.ts';
import { evidenceKeys } from '../kubernetes/names.ts';
import type { ErrorLines, Pod, Workload } from '../kubernetes/snapshot.ts';
import type { Cleaner } from '../text.ts';
import type { Bundle } from './bundle.ts';
import { callArguments } from './calls.ts';

interface Line {
  readonly text: string;
  readonly count: number;
}

/** Lines of one workload or pod by what they are of: `app`, the name of a container, `previous`, or `NAME/previous` of a further container. */
export type FrozenLogs = ReadonlyMap<string, ReadonlyMap<string, readonly Line[]>>;

const PREVIOUS = 'previous';
const LONGEST = 2_000;
/** How a program began, and how it ended: what lies between says least. */
const FIRST_LINES = 100;
const LAST_LINES = 300;

export function frozenLogs({ evidence }: Bundle): FrozenLogs {
  const logs = new Map<string, Map<string, readonly Line[]>>();
  for (const [call, value] of [...Object.entries(evidence.recentLogs ?? {}), ...Object.entries(evidence.errorLogs ?? {})]) {
    const service = callArguments(call)['service_name'];
    if (service === undefined) continue;
    const parts = logs.get(service) ?? new Map<string, readonly Line[]>();
    for (const [part, lines] of partsOf(value)) if (lines.length > 0) parts.set(part, lines);
    if (parts.size > 0) logs.set(service, parts);
  }
  return logs;
}

function partsOf(value: unknown): [part: string, lines: readonly Line[]][] {
  if (typeof value === 'string') return value.trim().startsWith('{') ? partsOf(parsed(value)) : [['app', linesOf([value])]];
  if (Array.isArray(value)) return [['app', linesOf(value)]];
  if (typeof value !== 'object' || value === null) return [];
  const members = value as Readonly<Record<string, unknown>>;
  if (Array.isArray(members['patterns'])) return [['app', members['patterns'].flatMap(patternLine)]];
  return Object.entries(members).flatMap(([part, lines]) => (Array.isArray(lines) ? [[part, linesOf(lines)] as [string, Line[]]] : []));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return [text];
  }
}

function patternLine(pattern: unknown): Line[] {
  const { sample, count } = (pattern ?? {}) as { readonly sample?: unknown; readonly count?: unknown };
  return typeof sample === 'string' ? [{ text: sample.slice(0, LONGEST), count: typeof count === 'number' ? count : 1 }] : [];
}

/** Entries may hold several lines, stack frames among them. */
function linesOf(entries: readonly unknown[]): Line[] {
  const lines = entries.flatMap((entry) => (typeof entry === 'string' ? entry.split('\n') : [])).filter((line) => line.trim() !== '');
  const kept = lines.length <= FIRST_LINES + LAST_LINES ? lines : [...lines.slice(0, FIRST_LINES), ...lines.slice(-LAST_LINES)];
  return kept.map((line) => ({ text: line.slice(0, LONGEST), count: 1 }));
}

export interface WantedLog {
  readonly container: string;
  /** Of the containers of its pod: the one that parts without a name are of. */
  readonly isFirst: boolean;
  /** Of the run before the present one. */
  readonly previous: boolean;
  /** It waits to be started again: what it said last is of the run before. */
  readonly waits: boolean;
}

/** The text of a container's log: the part of its name, else the program's own for the first container. */
export function logText(logs: FrozenLogs, service: string, { container, isFirst, previous, waits }: WantedLog): string | undefined {
  const parts = logs.get(service);
  const present = parts?.get(container) ?? (isFirst ? parts?.get('app') : undefined);
  const before = parts?.get(isFirst ? PREVIOUS : `${container}/${PREVIOUS}`) ?? (waits ? present : undefined);
  return (previous ? before : present)?.map(({ text }) => text).join('\n');
}

/** @param ownerOf the workload behind the name of a service */
export function frozenErrorLines(logs: FrozenLogs, ownerOf: (service: string) => ObjectRef | undefined, cleaner: Cleaner): ErrorLines[] {
  return [...logs].flatMap(([service, parts]) => {
    const owner = ownerOf(service);
    if (owner === undefined) return [];
    return [...parts]
      .filter(([part]) => part !== PREVIOUS && !part.endsWith(`/${PREVIOUS}`))
      .map(([part, lines]) => ({
        owner,
        container: part === 'app' ? undefined : part,
        lines: lines.map(({ text, count }) => ({ text: cleaner.line(text), count })),
        evidence: evidenceKeys.errors(owner),
      }));
  });
}

/** Workload that is called so, or that a pod called so belongs to. */
export function ownerByName(workloads: readonly Workload[], pods: readonly Pod[]): (service: string) => ObjectRef | undefined {
  return (service) =>
    workloads.find(({ ref }) => ref.name === service)?.ref ??
    pods.find(({ name }) => name === service || name.startsWith(`${service}-`))?.owner;
}
