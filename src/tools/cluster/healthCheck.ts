/** `health_check`: Agent-SRE itself: what it is connected to, and whether each answers just now. No address is told, only names. */
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { withDeadline } from '../../kube/deadline.ts';
import { gapReason, SourceError } from '../../sources/gap.ts';
import { tidy } from '../../sources/text.ts';
import { defineTool, type Tool } from '../tool.ts';

export interface Connection {
  /** As in `Prometheus`. */
  readonly kind: string;
  /** Of the instance; empty where there is just one. */
  readonly name: string;
  /** Rejects where it does not answer, or not sensibly. Gives what is worth telling, such as a version. */
  readonly ask: (signal: AbortSignal) => Promise<string | undefined>;
}

export interface HealthCheckDeps {
  readonly connections: readonly Connection[];
  /** Of kinds that could be connected and are not. */
  readonly notConfigured: readonly string[];
  readonly version: string;
  readonly clock: Clock;
}

const LONGEST_MS = 4_000;

const output = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  connections: z
    .array(z.object({ kind: z.string(), name: z.string(), ok: z.boolean(), ms: z.int(), says: z.string() }))
    .describe('What does not answer first.'),
  notConfigured: z.array(z.string()),
});

export function healthCheckTool({ connections, notConfigured, version, clock }: HealthCheckDeps): Tool {
  return defineTool({
    name: 'health_check',
    title: 'Health of Agent-SRE',
    description:
      'Whether Agent-SRE itself works: what it is connected to (API server, metrics, logs, traces, dashboards), and whether each answers now. For your services take get_service_health.',
    effect: 'reads',
    core: false,
    input: z.object({}),
    output,
    run: async (_, { signal }) => {
      const asked = await Promise.all(connections.map((connection) => check(connection, clock, signal)));
      signal.throwIfAborted();
      const sorted = asked.toSorted((a, b) => Number(a.ok) - Number(b.ok));
      const status: 'ok' | 'degraded' = sorted.every(({ ok }) => ok) ? 'ok' : 'degraded';
      const text = [
        `Agent-SRE ${version}: ${status}`,
        ...sorted.map(
          ({ kind, name, ok, ms, says }) =>
            `${kind}${name === '' || name === kind.toLowerCase() ? '' : ` ${name}`}: ${ok ? `answers in ${ms} ms` : 'does not answer'}${says === '' ? '' : `, ${says}`}`,
        ),
        ...(notConfigured.length === 0 ? [] : [`Not configured: ${notConfigured.join(', ')}.`]),
      ];
      return { text: text.join('\n'), data: { status, version, connections: sorted, notConfigured: [...notConfigured] } };
    },
  });
}

async function check(
  { kind, name, ask }: Connection,
  clock: Clock,
  signal: AbortSignal,
): Promise<z.input<typeof output>['connections'][number]> {
  const began = clock.monotonic();
  const late = (): Error => new SourceError('TimedOut', 'too late');
  const took = (): number => Math.round(clock.monotonic() - began);
  try {
    const says = await withDeadline(clock, LONGEST_MS, signal, late, ask);
    return { kind, name, ok: true, ms: took(), says: tidy(says ?? '', 80) };
  } catch (error) {
    return { kind, name, ok: false, ms: took(), says: WHY[gapReason(error)] };
  }
}

const WHY: Readonly<Record<SourceError['reason'], string>> = {
  Forbidden: 'it refuses our credentials',
  Unavailable: 'it cannot be reached or fails',
  TimedOut: `not within ${LONGEST_MS / 1000} s`,
  Malformed: 'its answer makes no sense: is it what it is configured as?',
  TooLarge: 'its answer is too large',
  NotConfigured: 'it is not configured as it needs',
  NotFound: 'it is not there',
};
