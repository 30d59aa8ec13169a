import { describe, expect, test } from 'vitest';
import type { Container, Probe } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, event, log, running } from '../builders.ts';
import { app, firstOf, named, world } from '../surroundingsBuilders.ts';

const probe = (type: Probe['type'], more: Partial<Probe> = {}): Probe => ({
  type,
  handler: 'http',
  port: 8080,
  path: '/healthz',
  scheme: 'HTTP',
  initialDelaySeconds: 0,
  timeoutSeconds: 1,
  periodSeconds: 10,
  failureThreshold: 3,
  ...more,
});
const title = { liveness: 'Liveness', readiness: 'Readiness', startup: 'Startup' } as const;
const refused = (port: number): string => `Get "http://10.1.1.1:${port}/healthz": dial tcp 10.1.1.1:${port}: connect: connection refused`;

interface Fault {
  readonly fault: string;
  readonly probe: Partial<Probe>;
  readonly words: string;
  readonly container?: Partial<Container>;
  readonly want: string;
}

const FAULTS: readonly Fault[] = [
  {
    fault: 'on another port than the program listens on',
    probe: { port: 8081 },
    words: refused(8081),
    container: { logs: { head: log('server listening on 0.0.0.0:8080') } },
    want: 'ProbePortMismatch',
  },
  { fault: 'on another port than is declared', probe: { port: 9999 }, words: refused(9999), want: 'ProbePortMismatch' },
  {
    fault: 'of HTTP against gRPC',
    probe: {},
    words:
      'Get "http://10.1.1.1:8080/healthz": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x00\\x00\\x06\\x04"',
    want: 'ProbeSchemeMismatch',
  },
  {
    fault: 'of HTTPS against plain HTTP',
    probe: { scheme: 'HTTPS' },
    words: 'Get "https://10.1.1.1:8080/healthz": http: server gave HTTP response to HTTPS client',
    want: 'ProbeSchemeMismatch',
  },
  {
    fault: 'that gives one second to answer',
    probe: {},
    words: 'Get "http://10.1.1.1:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    want: 'ProbeTimingTooTight',
  },
];

describe.each(['liveness', 'readiness', 'startup'] as const)('a %s probe', (type) => {
  test.each(FAULTS)('$fault is told with its type', ({ probe: more, words, container = {}, want }) => {
    const isKilling = type !== 'readiness';
    const seen = world(
      app('cart', {
        ready: false,
        container: {
          ...container,
          probes: [probe(type, more)],
          state: running(isKilling ? 1 : 60),
          ...(isKilling && {
            restarts: 4,
            lastState: { terminated: { exitCode: 137, reason: 'Error', message: '', startedAt: ago(3), finishedAt: ago(1) } },
          }),
        },
      }),
      {
        events: [
          event('Unhealthy', `${title[type]} probe failed: ${words}`, { container: 'cart', count: 9 }),
          ...(isKilling
            ? [event('Killing', `Container cart failed ${type} probe, will be restarted`, { type: 'Normal', lastAt: ago(1.2) })]
            : []),
        ],
      },
    );
    expect(named(seen)).toBe(`${want} Deployment/cart ${type}`);
    expect(firstOf(seen)).toBe(`${want} Deployment/cart ${type}`);
  });

  test('that failed once and passes again is none', () => {
    const seen = world(app('cart', { container: { probes: [probe(type)] } }), {
      events: [event('Unhealthy', `${title[type]} probe failed: ${refused(8080)}`, { container: 'cart', count: 1, lastAt: ago(4) })],
    });
    expect(named(seen)).toBeUndefined();
  });
});
