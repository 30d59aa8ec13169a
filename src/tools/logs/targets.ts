/** What lines of failures name: an address with its port, a name that is looked up, a file. The most named says what the failure is about. */

const ADDRESS = /(?<![\w.-])((?:[a-z0-9_-]{1,63}\.){0,8}[a-z0-9_-]{1,63}|\[[0-9a-f:]{2,45}\]):(\d{2,5})(?!\d|[.:]\d)/iu;
const LOOKED_UP =
  /(?:lookup|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|resolve(?: host)?:?|UnknownHostException:|host not found in upstream|unknown host) "?((?:[a-z0-9_-]{1,63}\.){0,8}[a-z][a-z0-9_-]{1,62})"?(?=[\s:,.]|$)/iu;
const HOST = /(?<![\w.-])((?:[a-z0-9_-]{1,63}\.){1,8}(?:svc|local|com|net|org|io|internal|cluster\.local))(?![\w-])/iu;
const PATH = /(?<![\w.])(\/(?:[\w.@+-]{1,80}\/){0,12}[\w.@+-]{1,80})/u;
const SETTING = /\b([A-Z][A-Z0-9]{1,40}(?:_[A-Z0-9]{1,40}){1,8})\b/u;
/** Of a process itself, and of a source file. */
const NO_HOST = /^(?:localhost|line|port|pid|v?\d{1,10}|.{1,80}\.(?:go|java|py|js|ts|rb|rs|c|cc|cpp|kt|scala|php|cs))$/iu;

const MOST = 50;
const LONGEST = 400;

/** @param targets by name, with how often; of a bounded number */
export function noteTarget(targets: Map<string, number>, message: string): void {
  const target = targetOf(message.length > LONGEST ? message.slice(0, LONGEST) : message);
  if (target === undefined || (targets.size >= MOST && !targets.has(target))) return;
  targets.set(target, (targets.get(target) ?? 0) + 1);
}

function targetOf(message: string): string | undefined {
  const lookedUp = LOOKED_UP.exec(message)?.[1];
  if (lookedUp !== undefined && !NO_HOST.test(lookedUp) && !/^(?:on|is|was|not|to|name|the|for|failed|unreachable)$/iu.test(lookedUp))
    return lookedUp;
  const address = ADDRESS.exec(message);
  if (address !== null && !NO_HOST.test(address[1] ?? '')) return `${address[1] ?? ''}:${address[2] ?? ''}`;
  return HOST.exec(message)?.[1] ?? SETTING.exec(message)?.[1] ?? PATH.exec(message)?.[1];
}

/** The most named first. */
export const byFrequency = (targets: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
  new Map([...targets].toSorted(([, a], [, b]) => b - a));
