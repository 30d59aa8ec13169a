import { describe, expect, test } from 'vitest';
import { probe } from '../../../../src/investigate/analyzers/probe.ts';
import type { Container, ObjectEvent, Probe } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, container, ended, event, log, pod, running, snapshot, waiting } from '../builders.ts';

interface Case {
  readonly name: string;
  readonly container?: Partial<Container>;
  readonly probe?: Partial<Probe>;
  readonly neighbour?: Container;
  readonly said?: string;
  readonly events?: readonly ObjectEvent[];
  readonly want: readonly string[];
}

const readiness: Probe = {
  type: 'readiness',
  handler: 'http',
  port: 8081,
  path: '/healthz',
  scheme: 'HTTP',
  initialDelaySeconds: 0,
  timeoutSeconds: 1,
  periodSeconds: 10,
  failureThreshold: 3,
};
const liveness: Partial<Probe> = { type: 'liveness' };
const refused = 'Get "http://10.0.0.9:8081/healthz": dial tcp 10.0.0.9:8081: connect: connection refused';
const unhealthy = (type: string, words: string): ObjectEvent => event('Unhealthy', `${type} probe failed: ${words}`, { container: 'app' });
const killing = event('Killing', 'Container app failed liveness probe, will be restarted', { type: 'Normal', lastAt: ago(1.2) });
const port = (number: number, name?: string): Container['ports'][number] => ({ port: number, name, protocol: 'TCP' });

describe('probe', () => {
  test.each<Case>([
    {
      name: 'believes the program on the port that it listens on',
      container: { ports: [port(8081)], logs: { head: log('Server listening on http://0.0.0.0:8080') } },
      said: refused,
      want: ['ProbePortMismatch'],
    },
    {
      name: 'compares with the ports that the container exposes',
      container: { ports: [port(8080)] },
      said: refused,
      want: ['ProbePortMismatch'],
    },
    {
      name: 'compares with the port that the program is told to use',
      container: { env: { PORT: '8080' } },
      said: refused,
      want: ['ProbePortMismatch'],
    },
    {
      name: 'knows a port name that the container does not have',
      container: { ports: [port(8080, 'http')] },
      probe: { port: 'web' },
      said: refused,
      want: ['ProbePortMismatch'],
    },
    {
      name: 'resolves a port name that it has',
      container: { ports: [port(8081, 'web')] },
      probe: { port: 'web' },
      said: refused,
      want: ['ProbeFailing'],
    },
    { name: 'knows a path that is not served', said: 'HTTP probe failed with statuscode: 404', want: ['ProbePathNotFound'] },
    { name: 'leaves a program that answers with 503 to itself', said: 'HTTP probe failed with statuscode: 503', want: ['ProbeFailing'] },
    {
      name: 'knows TLS asked of a program that speaks plainly',
      probe: { scheme: 'HTTPS' },
      said: 'Get "https://10.0.0.9:8081/healthz": http: server gave HTTP response to HTTPS client',
      want: ['ProbeSchemeMismatch'],
    },
    {
      name: 'knows plain text asked of a program that speaks TLS',
      said: 'Get "http://10.0.0.9:8081/": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03"',
      want: ['ProbeSchemeMismatch'],
    },
    {
      name: 'knows a time-out that nobody chose',
      said: 'Get "http://10.0.0.9:8081/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      want: ['ProbeTimingTooTight'],
    },
    {
      name: 'takes a program that does not answer within a long time-out for ill',
      probe: { timeoutSeconds: 10 },
      said: 'Get "http://10.0.0.9:8081/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      want: ['ProbeFailing'],
    },
    {
      name: 'knows a liveness probe that kills before the program listens',
      container: { lastState: ended(137), restarts: 3, logs: { previous: log('loading', 'listening on port 8081') } },
      probe: liveness,
      events: [unhealthy('Liveness', refused), killing],
      want: ['ProbeTimingTooTight'],
    },
    {
      name: 'sees kills by liveness though the container counts as ready between them',
      container: { ready: true, lastState: ended(137), restarts: 3, ports: [port(8080)] },
      probe: liveness,
      events: [unhealthy('Liveness', refused), killing],
      want: ['ProbePortMismatch'],
    },
    {
      name: 'knows a gRPC probe that gets no connection, which is not a slow answer',
      probe: { handler: 'grpc' },
      container: { ports: [port(8080)] },
      said: 'timeout: failed to connect service "10.0.0.9:8081" within 1s: context deadline exceeded',
      want: ['ProbePortMismatch'],
    },
    {
      name: 'takes kills after a few seconds for impatience where the port is right',
      container: { lastState: ended(137), restarts: 3, ports: [port(8081)] },
      probe: { ...liveness, periodSeconds: 1, failureThreshold: 1 },
      events: [unhealthy('Liveness', refused), killing],
      want: ['ProbeTimingTooTight'],
    },
    {
      name: 'knows that a port may be that of another container of the pod',
      container: { ports: [port(8080)] },
      neighbour: container({ name: 'proxy', ready: true, ports: [port(8081)] }),
      said: refused,
      want: ['ProbeFailing'],
    },
    {
      name: 'lets a startup probe fail as often as it may',
      probe: { type: 'startup', failureThreshold: 30 },
      events: [unhealthy('Startup', refused)],
      want: [],
    },
    {
      name: 'says when the program listens on its loopback only',
      container: { logs: { current: log('listening on 127.0.0.1:8081') } },
      said: refused,
      want: ['ProbeFailing'],
    },
    { name: 'says when nothing tells why nobody answers', said: refused, want: ['ProbeFailing'] },
    {
      name: 'compares with the log where events could not be had',
      container: { logs: { current: log('listening on :8080') } },
      want: ['ProbePortMismatch'],
    },
    {
      name: 'is silent about a program that ends by itself: a dead program answers nobody',
      container: { state: waiting('CrashLoopBackOff'), lastState: ended(1) },
      said: refused,
      want: [],
    },
    {
      name: 'is silent about failures of long ago',
      container: {},
      events: [event('Unhealthy', `Readiness probe failed: ${refused}`, { lastAt: ago(30) })],
      want: [],
    },
    { name: 'is silent once the container is ready', container: { ready: true }, said: refused, want: [] },
    { name: 'is silent about a container that is starting and has not failed', want: [] },
  ])('$name', ({ container: more = {}, probe: probeMore = {}, neighbour, said, events, want }) => {
    const asked: Probe = { ...readiness, ...probeMore };
    const own = container({ state: running(5), probes: [asked], ...more });
    const failing = pod({}, own, ...(neighbour === undefined ? [] : [neighbour]));
    const found = [
      ...probe.find(snapshot({ pods: [failing], events: events ?? (said === undefined ? [] : [unhealthy('Readiness', said)]) })),
    ];
    expect(found.map(({ reason }) => reason)).toEqual(want);
  });

  const grpcFails = 'timeout: failed to connect service "10.0.0.9:8081" within 1s: context deadline exceeded';
  const asks = (type: Probe['type'], handler: Probe['handler'], more: Partial<Probe> = {}): Probe => ({
    ...readiness,
    type,
    handler,
    ...more,
  });

  test.each<{ name: string; failing: Probe; other: Probe; said: string; otherSaid?: string; ready?: boolean; want: readonly string[] }>([
    {
      name: 'speaks gRPC where another gets its answer by HTTP',
      failing: asks('liveness', 'grpc'),
      other: asks('readiness', 'http'),
      said: grpcFails,
      want: ['ProbeSchemeMismatch'],
    },
    {
      name: 'speaks HTTP where another gets its answer by gRPC',
      failing: asks('readiness', 'http'),
      other: asks('liveness', 'grpc'),
      said: 'Get "http://10.0.0.9:8081/healthz": EOF',
      want: ['ProbeSchemeMismatch'],
    },
    {
      name: 'speaks HTTP/1.1 to a server of HTTP/2 alone, which says so by its status',
      failing: asks('liveness', 'http'),
      other: asks('readiness', 'grpc'),
      said: 'HTTP probe failed with statuscode: 400',
      want: ['ProbeSchemeMismatch'],
    },
    {
      name: 'speaks plainly where another gets its answer by TLS',
      failing: asks('liveness', 'http'),
      other: asks('readiness', 'http', { scheme: 'HTTPS' }),
      said: 'Get "http://10.0.0.9:8081/healthz": read tcp 10.0.0.1:4711->10.0.0.9:8081: read: connection reset by peer',
      want: ['ProbeSchemeMismatch'],
    },
    {
      name: 'is answered badly in the same protocol',
      failing: asks('liveness', 'http', { path: '/live' }),
      other: asks('readiness', 'http'),
      said: 'Get "http://10.0.0.9:8081/live": EOF',
      want: ['ProbeFailing'],
    },
    {
      name: 'asks another port than the one that answers',
      failing: asks('liveness', 'grpc', { port: 9000 }),
      other: asks('readiness', 'http'),
      said: grpcFails.replace('8081', '9000'),
      want: ['ProbeFailing'],
    },
    {
      name: 'fails beside another that fails too',
      failing: asks('liveness', 'grpc'),
      other: asks('readiness', 'http'),
      said: grpcFails,
      otherSaid: refused,
      ready: false,
      want: ['ProbeFailing', 'ProbeFailing'],
    },
    {
      name: 'fails before another is asked at all',
      failing: asks('liveness', 'grpc'),
      other: asks('readiness', 'http', { initialDelaySeconds: 120 }),
      said: grpcFails,
      ready: false,
      want: ['ProbeFailing'],
    },
    {
      name: 'is a startup probe, before which no other is asked',
      failing: asks('startup', 'grpc'),
      other: asks('readiness', 'http'),
      said: grpcFails,
      ready: false,
      want: ['ProbeFailing'],
    },
  ])('that $name', ({ failing, other, said, otherSaid, ready = failing.type === 'liveness', want }) => {
    const titled = (type: string): string => `${type[0]?.toUpperCase()}${type.slice(1)}`;
    const fails = [
      event('Unhealthy', `${titled(failing.type)} probe failed: ${said}`, { container: 'app', count: 5 }),
      ...(otherSaid === undefined ? [] : [unhealthy(titled(other.type), otherSaid)]),
      killing,
    ];
    const asked = pod(
      {},
      container({
        state: running(5),
        ready,
        restarts: 2,
        lastState: ended(137),
        probes: [failing, other],
        ports: [port(8081), port(9000)],
      }),
    );
    expect([...probe.find(snapshot({ pods: [asked], events: fails }))].map(({ reason }) => reason)).toEqual(want);
  });

  test('that gets no verdict of gRPC in time has a time-out that nobody chose', () => {
    const asked = pod({}, container({ state: running(5), probes: [asks('readiness', 'grpc')] }));
    const events = [unhealthy('Readiness', 'timeout: health rpc did not complete within 1s')];
    expect([...probe.find(snapshot({ pods: [asked], events }))].map(({ reason }) => reason)).toEqual(['ProbeTimingTooTight']);
  });

  test.each([
    {
      name: 'is over once it passes its readiness probe',
      restarts: 1,
      probes: [readiness, { ...readiness, type: 'liveness' as const }],
      want: 0,
    },
    {
      name: 'is not over when it was not the first',
      restarts: 2,
      probes: [{ ...readiness, type: 'liveness' as const }, readiness],
      want: 1,
    },
    {
      name: 'is not over where nobody asks whether it is ready',
      restarts: 1,
      probes: [{ ...readiness, type: 'liveness' as const }],
      want: 1,
    },
  ])('a kill by the liveness probe $name', ({ restarts, probes, want }) => {
    const killed = pod({}, container({ state: running(1), ready: true, restarts, lastState: ended(137), probes }));
    expect([...probe.find(snapshot({ pods: [killed], events: [unhealthy('Liveness', refused), killing] }))]).toHaveLength(want);
  });

  test('says which port was asked and what the program says', () => {
    const failing = pod({}, container({ state: running(5), probes: [readiness], logs: { head: log('INFO listening on port 9090') } }));
    const [found] = probe.find(snapshot({ pods: [failing], events: [unhealthy('Readiness', refused)] }));
    expect(found?.message).toBe(
      'The readiness probe of container app of shop/cart-1 fails, as it asks port 8081, and the program listens on 9090: “INFO listening on port 9090”.',
    );
  });
});
