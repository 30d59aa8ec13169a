/** What the APIs of Git hosts have in common: a token, ETags, and a limit of how often they may be asked. */
import { createHash } from 'node:crypto';
import { type Ask, type StandIn, startStandIn, type Told } from './standin.ts';

export interface HostApi extends StandIn {
  /** From now on so many requests are answered, and then none. */
  allow(requests: number): void;
}

export interface HostApiOptions {
  readonly token: string;
  /** How the host words a refusal. */
  readonly refusal: (message: string) => unknown;
  /** What it says once it was asked too often. */
  readonly limited: Told;
  readonly answer: (ask: Ask, json: Readonly<Record<string, unknown>>) => Told;
}

export async function startHostApi({ token, refusal, limited, answer }: HostApiOptions): Promise<HostApi> {
  let left = Number.POSITIVE_INFINITY;
  const standIn = await startStandIn((ask) => {
    if (ask.headers.authorization !== `Bearer ${token}`) return { status: 401, body: refusal('401 Unauthorized') };
    if (left <= 0) return limited;
    left -= 1;
    const told = answer(ask, ask.body === '' ? {} : (JSON.parse(ask.body) as Record<string, unknown>));
    if (ask.method !== 'GET' || told.status !== 200) return told;
    const etag = `W/"${createHash('sha256').update(JSON.stringify(told.body)).digest('hex')}"`;
    return ask.headers['if-none-match'] === etag
      ? { status: 304, body: '', headers: { etag } }
      : { ...told, headers: { ...told.headers, etag } };
  });
  return {
    ...standIn,
    allow: (requests) => {
      left = requests;
    },
  };
}
