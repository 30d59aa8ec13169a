/** From the words of a failed probe to what is wrong: port, path, scheme, timing, or the program itself. */
import type { FindingReason } from '../../crds/reasons.ts';
import type { Container, Pod, Probe } from '../../sources/kubernetes/snapshot.ts';
import { listeningPorts } from '../logReading.ts';
import { quote } from '../quote.ts';

export interface Verdict {
  readonly reason: FindingReason;
  /** Completes "The readiness probe of ... fails, as ...". */
  readonly says: string;
  /** Told from declared ports, which bind nobody. */
  readonly indirect?: boolean | undefined;
  /** The kubelet's words, where they say more. */
  readonly words?: string | undefined;
}

const NO_SUCH_PORT = /couldn't find port|no such port|invalid port|strconv\.\w+: parsing/iu;
/** A gRPC probe waits for its connection until its time is up. */
const REFUSED = /connection refused|failed to connect service/iu;
const OTHER_PROTOCOL =
  /server gave HTTP response to HTTPS client|does not look like a TLS handshake|HTTP request to an HTTPS server|malformed HTTP|unexpected HTTP response|wrong version number/iu;
const LATE = /Client\.Timeout exceeded|context deadline exceeded|command timed out|timed out after/iu;
/** A program that is killed after less than this may well have been about to listen. */
const SHORT_START_SECONDS = 30;
/** Hardly any program is ready for its first probe so soon. */
const NO_TIME_TO_START_SECONDS = 10;
/** A time-out of this length is the default: nobody chose it for this program. */
const TIGHT_SECONDS = 1;

/** @param killed the kubelet restarts the container over this */
export function verdictOf(pod: Pod, container: Container, probe: Probe, words: string, killed: boolean): Verdict {
  const port = portNumber(container, probe);
  if (NO_SUCH_PORT.test(words) || (typeof probe.port === 'string' && port === undefined)) {
    return { reason: 'ProbePortMismatch', says: `it asks port ${probe.port ?? ''}, which the container does not name`, words };
  }
  const where = port === undefined ? '' : ` on port ${port}`;
  if (OTHER_PROTOCOL.test(words)) {
    return {
      reason: 'ProbeSchemeMismatch',
      says: `it speaks ${probe.scheme ?? 'another protocol'}${where} and the program does not`,
      words,
    };
  }
  const status = Number(/status ?code:? (\d{3})/iu.exec(words)?.[1]);
  if (status > 0) return answered(probe, status, where, words);
  if (REFUSED.test(words) && port !== undefined) return refused(pod, container, probe, port, killed);
  if (LATE.test(words) && !/dial tcp/iu.test(words)) return late(probe, words);
  return { reason: 'ProbeFailing', says: 'it gets no good answer', words };
}

function answered({ path = '/' }: Probe, status: number, where: string, words: string): Verdict {
  if (status === 404) return { reason: 'ProbePathNotFound', says: `the program has nothing at ${path}${where} (404)` };
  return { reason: 'ProbeFailing', says: `the program answers ${path}${where} with ${status}`, words };
}

function refused(pod: Pod, container: Container, probe: Probe, port: number, killed: boolean): Verdict {
  const mismatch = mismatchByLog(container, probe);
  if (mismatch !== undefined) return mismatch;
  const line = listened(container).get(port);
  if (line !== undefined && /127\.0\.0\.1|localhost|\[?::1\]?:/iu.test(line)) {
    return { reason: 'ProbeFailing', says: `the program listens on port ${port} of its own loopback only: ${quote(line)}` };
  }
  const declared = mismatchByDeclaration(pod, container, port);
  if (line === undefined && declared !== undefined) return declared;
  const allowed = probe.initialDelaySeconds + probe.periodSeconds * probe.failureThreshold;
  if (killed && (line !== undefined || allowed < SHORT_START_SECONDS)) {
    const says = `it gives the program ${allowed} s until it listens on port ${port}, and kills it before it does`;
    return { reason: 'ProbeTimingTooTight', says, indirect: line === undefined && allowed > NO_TIME_TO_START_SECONDS };
  }
  return { reason: 'ProbeFailing', says: `nothing listens on port ${port}` };
}

/** Containers of a pod share its ports, so those of all of them count. */
function mismatchByDeclaration({ containers }: Pod, container: Container, port: number): Verdict | undefined {
  const declared = container.ports.map((one) => one.port);
  const anywhere = containers.flatMap(({ ports }) => ports.map((one) => one.port));
  if (declared.length > 0 && !anywhere.includes(port)) {
    const says = `it asks port ${port}, where nothing listens, and the container exposes ${declared.join(', ')}`;
    return { reason: 'ProbePortMismatch', says, indirect: true };
  }
  const told = Number(container.env['PORT']);
  if (!(told > 0) || told === port) return undefined;
  return { reason: 'ProbePortMismatch', says: `it asks port ${port}, and the program is told to use ${told} (PORT)`, indirect: true };
}

/** The program says on which ports it listens, and the probe's is none of them. */
export function mismatchByLog(container: Container, probe: Probe): Verdict | undefined {
  const port = portNumber(container, probe);
  const ports = listened(container);
  const [first] = ports;
  if (port === undefined || first === undefined || ports.has(port)) return undefined;
  return {
    reason: 'ProbePortMismatch',
    says: `it asks port ${port}, and the program listens on ${[...ports.keys()].join(', ')}: ${quote(first[1])}`,
  };
}

const listened = ({ logs }: Container): ReadonlyMap<number, string> => listeningPorts(logs.head, logs.current, logs.previous);

function late({ timeoutSeconds, handler }: Probe, words: string): Verdict {
  const answer = handler === 'exec' ? 'the command does not end' : 'the program does not answer';
  if (timeoutSeconds > TIGHT_SECONDS) return { reason: 'ProbeFailing', says: `${answer} within ${timeoutSeconds} s`, words };
  return { reason: 'ProbeTimingTooTight', says: `${answer} within its time-out of ${timeoutSeconds} s`, words };
}

function portNumber({ ports }: Container, { port }: Probe): number | undefined {
  if (typeof port === 'number' || port === undefined) return port;
  const named = ports.find(({ name }) => name === port)?.port;
  return named ?? (/^\d+$/u.test(port) ? Number(port) : undefined);
}
