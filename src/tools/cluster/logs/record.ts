/**
 * Who may read which logs, and that it stands in the audit: one entry a read before it is done, and what was refused (trust.md, rule 12).
 *
 * While the audit can't be written no log is read. Refusals of a caller at one place are one entry an hour, so that nobody fills the chain by asking.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { NewEntry } from '../../../audit/entry.ts';
import type { Clock } from '../../../clock.ts';
import { demand } from '../../caller.ts';
import { ToolError } from '../../errors.ts';
import type { Call } from '../../tool.ts';

export interface LogPlace {
  /** Empty: all of them. */
  readonly namespace: string;
  /** Names; empty: whichever are in the namespace. */
  readonly pods: readonly string[];
  /** As in `app of cart, last run`, for the record. */
  readonly what: string;
}

export interface LogRecord {
  /** Returns when the caller may read the logs of each and that is on record. Throws `Forbidden`, or `Unavailable` while there is no audit. */
  readonly admit: (call: Call, place: LogPlace) => Promise<void>;
  /** Puts on record what `work` is refused on the way to a log, and throws it on. */
  readonly refusals: <T>(call: Call, place: LogPlace, work: () => Promise<T>) => Promise<T>;
}

export interface LogAudit {
  readonly record: (entries: readonly NewEntry[]) => Promise<void>;
}

interface Deps {
  readonly audit: LogAudit;
  readonly clock: Pick<Clock, 'now'>;
}

export function createLogRecord({ audit, clock }: Deps): LogRecord {
  const write = async (entry: NewEntry): Promise<void> => {
    await audit.record([entry]).catch((cause: unknown) => {
      const message = 'Logs are read for somebody only once that is on record, and the audit can’t be written just now; try again later.';
      throw new ToolError('Unavailable', message, { cause });
    });
  };
  const refusals: LogRecord['refusals'] = async (call, place, work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ToolError) || error.reason !== 'Forbidden') throw error;
      const { username } = call.caller;
      const hour = new Date(clock.now()).toISOString().slice(0, 13);
      const key = `logs/refused/${digest([username, place.namespace, hour])}`;
      await write(entryOf(key, 'ReadRefused', 'Refused', username, place));
      throw error;
    }
  };
  return {
    refusals,
    admit: async (call, place) => {
      await refusals(call, place, () => demandLogs(call, place));
      await write(entryOf(`logs/read/${randomUUID()}`, 'ReadForSomebody', 'Intended', call.caller.username, place));
    },
  };
}

/** Of one pod, for that pod; of several, for all in the namespace. */
function demandLogs(call: Call, { namespace, pods }: LogPlace): Promise<void> {
  const name = pods.length === 1 ? pods[0] : undefined;
  return demand(call, { verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace, name });
}

function entryOf(key: string, event: string, outcome: 'Intended' | 'Refused', who: string, { namespace, pods, what }: LogPlace): NewEntry {
  const named = pods.length === 0 ? '' : ` (${pods.join(', ')})`;
  const verb = outcome === 'Refused' ? 'may not read' : 'reads';
  return {
    key,
    event,
    outcome,
    who,
    message: `${verb} logs in ${namespace === '' ? 'all namespaces' : namespace}: ${what}${named}`,
    detail: { namespace },
  };
}

const digest = (parts: readonly string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
