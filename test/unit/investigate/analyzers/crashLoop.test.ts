import { describe, expect, test } from 'vitest';
import { crashLoop } from '../../../../src/investigate/analyzers/crashLoop.ts';
import type { Container, ObjectEvent, Pod } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, container, ended, event, log, pod, running, snapshot, waiting } from '../builders.ts';

interface Case {
  readonly name: string;
  readonly container: Partial<Container>;
  readonly pod?: Partial<Pod>;
  readonly events?: readonly ObjectEvent[];
  readonly want: readonly string[];
}

const backOff = waiting('CrashLoopBackOff', 'back-off 40s restarting failed container');
const crashed = (exitCode: number, ...lines: readonly string[]): Partial<Container> => ({
  state: backOff,
  lastState: ended(exitCode),
  restarts: 4,
  logs: { previous: log(...lines) },
});

describe('crashLoop', () => {
  test.each<Case>([
    {
      name: 'names an exit with an error',
      container: crashed(1, 'connecting', 'Error: connect ECONNREFUSED 10.0.0.7:5432'),
      want: ['ContainerExitsWithError'],
    },
    {
      name: 'looks at the last state, as a container runs between two crashes',
      container: { ...crashed(1), state: running() },
      want: ['ContainerExitsWithError'],
    },
    { name: 'names a signal', container: crashed(139), want: ['ContainerKilledBySignal'] },
    { name: 'takes exit code 255 for an error, as no signal has that number', container: crashed(255), want: ['ContainerExitsWithError'] },
    {
      name: 'knows 127 for a command that is not there',
      container: crashed(127, 'sh: serve: not found'),
      want: ['ContainerCommandNotFound'],
    },
    {
      name: 'reads the runtime’s word on a command that is not in the image',
      container: {
        state: backOff,
        lastState: ended(128, { reason: 'StartError', message: 'exec: "/bin/serve": stat /bin/serve: no such file or directory: unknown' }),
      },
      want: ['ContainerCommandNotFound'],
    },
    {
      name: 'does not take a mount that fails for a missing command',
      container: {
        state: backOff,
        lastState: ended(128, { reason: 'StartError', message: 'error mounting "/x" to rootfs: no such file or directory' }),
      },
      want: ['ContainerExitsWithError'],
    },
    {
      name: 'knows a binary of another architecture by the runtime’s word',
      container: { state: backOff, lastState: ended(128, { reason: 'StartError', message: 'exec /app: exec format error' }) },
      want: ['ImageArchitectureMismatch'],
    },
    {
      name: 'and by the only line of its log',
      container: crashed(255, 'exec /app/serve: exec format error'),
      want: ['ImageArchitectureMismatch'],
    },
    {
      name: 'reads a port that is taken, whatever comes after',
      container: crashed(1, 'listen tcp :8080: bind: address already in use', 'Error: server failed', 'shutting down'),
      want: ['ContainerPortInUse'],
    },
    {
      name: 'reads it in the words of Spring',
      container: crashed(1, 'Web server failed to start. Port 8080 was already in use.'),
      want: ['ContainerPortInUse'],
    },
    {
      name: 'reads an argument that is refused above the usage',
      container: crashed(2, 'unknown flag: --prot', 'Usage of serve:', '  --port int   port to listen on'),
      want: ['ContainerArgumentsInvalid'],
    },
    {
      name: 'reads it where the flag is not at the end',
      container: crashed(2, "error: unexpected argument '--prot' found"),
      want: ['ContainerArgumentsInvalid'],
    },
    {
      name: 'does not take an option of a file for an argument',
      container: crashed(1, 'unknown option --prot in /etc/app/app.conf line 3'),
      want: ['ContainerConfigurationInvalid'],
    },
    {
      name: 'does not take an invalid argument of a call for one of its own',
      container: crashed(1, 'Error: setsockopt: invalid argument'),
      want: ['ContainerExitsWithError'],
    },
    {
      name: 'is silent about a start that failed a few times and has held since',
      container: { ready: true, restarts: 3, state: running(6), lastState: ended(1, { startedAt: ago(7), finishedAt: ago(7) }) },
      want: [],
    },
    {
      name: 'goes on about one that runs no longer than it did before its last crash',
      container: { ready: true, restarts: 3, state: running(6), lastState: ended(1, { startedAt: ago(12), finishedAt: ago(7) }) },
      want: ['ContainerExitsWithError'],
    },
    { name: 'knows 126 for a command that may not be executed', container: crashed(126), want: ['ContainerPermissionDenied'] },
    {
      name: 'reads a refusal in the log',
      container: crashed(1, "Error: EACCES: permission denied, open '/data/db'"),
      want: ['ContainerPermissionDenied'],
    },
    {
      name: 'knows a container that would have to run as root',
      container: { state: waiting('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root') },
      want: ['ContainerPermissionDenied'],
    },
    {
      name: 'names an end with code 0 of what should keep running',
      container: crashed(0, 'done'),
      want: ['ContainerCompletesUnexpectedly'],
    },
    {
      name: 'reads a missing variable in the log',
      container: crashed(1, 'Error: PAYMENT_URL is not set'),
      want: ['ContainerConfigurationInvalid'],
    },
    {
      name: 'reads a file that cannot be parsed in the log',
      container: crashed(1, 'failed to load config /etc/cart/config.yaml: yaml: line 3: mapping values are not allowed'),
      want: ['ContainerConfigurationInvalid'],
    },
    {
      name: 'takes a fault of the program for that, though it mentions a setting',
      container: crashed(1, "TypeError: Cannot read properties of undefined (reading 'config')"),
      want: ['ContainerExitsWithError'],
    },
    {
      name: 'skips the frames below the message of an exception',
      container: crashed(1, 'Error: option --port is required', '    at main (/app/server.js:3:9)', '', 'Node.js v24.0.0'),
      want: ['ContainerConfigurationInvalid'],
    },
    { name: 'names a crashing init container', container: { ...crashed(2), role: 'init' }, want: ['ContainerExitsWithError'] },
    { name: 'is silent about an init container that is done', container: { role: 'init', state: ended(0) }, want: [] },
    { name: 'is silent about a Job’s container that is done', container: { state: ended(0) }, pod: { restartPolicy: 'Never' }, want: [] },
    { name: 'leaves kills for memory to others', container: { ...crashed(137), lastState: ended(137, { reason: 'OOMKilled' }) }, want: [] },
    {
      name: 'leaves kills by a liveness probe to others',
      container: crashed(137),
      events: [event('Killing', 'Container app failed liveness probe, will be restarted', { type: 'Normal', lastAt: ago(1.5) })],
      want: [],
    },
    {
      name: 'does not blame a probe for an end long after it',
      container: crashed(1),
      events: [event('Killing', 'Container app failed liveness probe, will be restarted', { type: 'Normal', lastAt: ago(5) })],
      want: ['ContainerExitsWithError'],
    },
    {
      name: 'is silent once a run has lasted',
      container: { ready: true, restarts: 4, state: running(30), lastState: ended(1, { finishedAt: ago(30) }) },
      want: [],
    },
    {
      name: 'is silent about one restart of a container that is ready',
      container: { ready: true, restarts: 1, lastState: ended(1) },
      want: [],
    },
    {
      name: 'is silent about what is left of a pod that its node gave up',
      container: { state: ended(137) },
      pod: { phase: 'Failed', reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' },
      want: [],
    },
    {
      name: 'names the failure of a Job',
      container: { state: ended(2), logs: { current: log('Error: no such table') } },
      pod: { phase: 'Failed', restartPolicy: 'Never' },
      want: ['ContainerExitsWithError'],
    },
    { name: 'is silent about a pod that is going away', container: crashed(1), pod: { deleting: true }, want: [] },
    { name: 'is silent about a healthy container', container: { ready: true }, want: [] },
  ])('$name', ({ container: more, pod: podMore = {}, events = [], want }) => {
    const found = [...crashLoop.find(snapshot({ pods: [pod(podMore, container(more))], events }))];
    expect(found.map(({ reason }) => reason)).toEqual(want);
  });

  test('says which container of the pod has the port that is taken', () => {
    const crashing = container(crashed(1, 'listen tcp :8080: bind: address already in use'));
    const sidecar = container({ name: 'proxy', ready: true, ports: [{ port: 8080, protocol: 'TCP' }] });
    const [found] = crashLoop.find(snapshot({ pods: [pod({}, crashing, sidecar)] }));
    expect(found?.message).toContain('its port is taken by container proxy');
  });

  test('quotes the decisive line, counts restarts, and cites the log of the run that ended', () => {
    const crashing = container(crashed(1, 'Error: payment provider refused the key', 'shutting down'));
    const [found] = crashLoop.find(snapshot({ pods: [pod({}, crashing)] }));
    expect(found).toMatchObject({
      object: { kind: 'Deployment', name: 'cart', container: 'app' },
      message: 'Container app of shop/cart-1 exits with code 1; its log ends with “Error: payment provider refused the key” (4 restarts).',
      evidence: ['pod/shop/cart-1', 'logs/shop/cart-1/app/previous'],
    });
  });
});
