/** From the words of a failed probe to what is wrong: port, path, scheme, timing, or the program itself. */
import type { FindingReason } from '../../crds/reasons.ts';
import type { Container, Pod, Probe } from '../../sources/kubernetes/snapshot.ts';
import { listeningPorts } from '../logReading.ts';
import { quote } from '../quote.ts';

export interface Verdict {
  readonly reason: FindingReason;
  /** Completes "The readiness probe of ... fails, as ...". */
  readonly says: string;
  /** Told from what makes it likely and does not show it, as declared ports, which bind nobody. */
  readonly indirect?: boolean | undefined;
  /** The kubelet's words, where they say more. */
  readonly words?: string | undefined;
}

const NO_SUCH_PORT = /couldn't find port|no such port|invalid port|strconv\.\w+: parsing/iu;
/** A gRPC probe waits for its connection until its time is up. */
const REFUSED = /connection refused|failed to connect service/iu;
const OTHER_PROTOCOL =
  /server gave HTTP response to HTTPS client|does not look like a TLS handshake|HTTP request to an HTTPS server|malformed HTTP|unexpected HTTP response|wrong version number/iu;
const LATE = /Client\.Timeout exceeded|context deadline exceeded|command timed out|timed out after|did not complete within/iu;
/** How a program ends a connection whose first words it does not understand. */
const HUNG_UP = /\bEOF\b|connection reset by peer|failed to connect service|HTTP\/2 client preface|first record does not look like/iu;
/** How an HTTP server says that it was spoken to in another version of HTTP, or without TLS. */
const NOT_IN_THIS_PROTOCOL = new Set([400, 426, 505]);
/** A program that is killed after less than this may well have been about to listen. */
const SHORT_START_SECONDS = 30;
/** Hardly any program is ready for its first probe so soon. */
const NO_TIME_TO_START_SECONDS = 10;
/** A time-out of this length is the default: nobody chose it for this program. */
const TIGHT_SECONDS = 1;

export interface FailedProbe {
  readonly pod: Pod;
  readonly container: Container;
  readonly probe: Probe;
  /** What the kubelet says of the failure. */
  readonly words: string;
  /** The kubelet restarts the container over this. */
  readonly killed: boolean;
  /** Probes of the same container that pass. */
  readonly passing: readonly Probe[];
}

export function verdictOf(failed: FailedProbe): Verdict {
  const { container, probe, words } = failed;
  const port = portNumber(container, probe);
  if (NO_SUCH_PORT.test(words) || (typeof probe.port === 'string' && port === undefined)) {
    return { reason: 'ProbePortMismatch', says: `it asks port ${probe.port ?? ''}, which the container does not name`, words };
  }
  const where = port === undefined ? '' : ` on port ${port}`;
  const status = Number(/status ?code:? (\d{3})/iu.exec(words)?.[1]);
  const mismatch = otherProtocol(failed, port, status, where);
  if (mismatch !== undefined) return mismatch;
  if (status > 0) return answered(probe, status, where, words);
  if (REFUSED.test(words) && port !== undefined) return refused(failed, port);
  if (LATE.test(words) && !/dial tcp/iu.test(words)) return late(probe, words);
  return { reason: 'ProbeFailing', says: 'it gets no good answer', words };
}

/**
 * The program says that it was spoken to in another protocol; or the port answers one probe and hangs up on the other, so that what differs
 * between the two is wrong. To take a connection is hardly an answer.
 */
function otherProtocol(
  { container, probe, words, passing }: FailedProbe,
  port: number | undefined,
  status: number,
  where: string,
): Verdict | undefined {
  const reason = 'ProbeSchemeMismatch';
  if (OTHER_PROTOCOL.test(words)) return { reason, says: `it speaks ${speaks(probe)}${where} and the program does not`, words };
  const witness = passing.find((one) => portNumber(container, one) === port && speaks(one) !== speaks(probe));
  if (witness === undefined || !(HUNG_UP.test(words) || NOT_IN_THIS_PROTOCOL.has(status))) return undefined;
  const says = `it speaks ${speaks(probe)}${where}, where the ${witness.type} probe gets its answer by ${speaks(witness)}`;
  return { reason, says, words, indirect: witness.handler === 'tcp' };
}

const SPOKEN = { tcp: 'TCP', grpc: 'gRPC', exec: 'a command' } as const;
const speaks = ({ handler, scheme = 'HTTP' }: Probe): string => (handler === 'http' ? scheme : SPOKEN[handler]);

function answered({ path = '/' }: Probe, status: number, where: string, words: string): Verdict {
  if (status === 404) return { reason: 'ProbePathNotFound', says: `the program has nothing at ${path}${where} (404)` };
  return { reason: 'ProbeFailing', says: `the program answers ${path}${where} with ${status}`, words };
}

function refused({ pod, container, probe, killed }: FailedProbe, port: number): Verdict {
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
