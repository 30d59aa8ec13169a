/**
 * What every adapter of every port makes of an HTTP source that fails: the table that all contract tests begin with.
 *
 * Each call of an adapter is made against a server that is refused, slow, too large, broken off or no such source at all, and has
 * to end with a SourceError of the right reason that names the instance and carries nothing of the body.
 */
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { gapOf, gapReason, SourceError } from '../../../../src/sources/gap.ts';
import { createHttpSource, type HttpSource } from '../../../../src/sources/http.ts';
import { type AnsweringServer, json, startAnsweringServer, status, text } from '../../../support/answeringServer.ts';

export const INSTANCE = 'main';
const SECRET = 'body-that-nobody-should-quote';
const MAX_BYTES = 64 * 1024;

interface Failure {
  readonly name: string;
  readonly answer: RequestListener;
  readonly want: string;
  /** It is only silent: there is no need to wait long. */
  readonly silent?: true;
}

const PATIENCE_MS = 5_000;
const SHORT_PATIENCE_MS = 60;

const FAILURES: readonly Failure[] = [
  { name: '401', answer: status(401), want: 'Forbidden' },
  { name: '403', answer: status(403), want: 'Forbidden' },
  { name: '404', answer: status(404), want: 'NotFound' },
  { name: '429', answer: status(429, { 'retry-after': '60' }), want: 'Unavailable' },
  { name: '500', answer: text(SECRET, 500), want: 'Unavailable' },
  { name: '504', answer: status(504), want: 'TimedOut' },
  { name: 'a redirect to a login', answer: status(302, { location: 'http://127.0.0.1:1/login' }), want: 'Malformed' },
  { name: 'a web page', answer: text(`<!doctype html><p>${SECRET}`), want: 'Malformed' },
  { name: 'half of its JSON', answer: text(`{"status":"success","data":{"${SECRET}`), want: 'Malformed' },
  { name: 'JSON of something else', answer: json({ hello: SECRET }), want: 'Malformed' },
  { name: 'a JSON list of something else', answer: json([1, SECRET]), want: 'Malformed' },
  { name: 'null', answer: json(null), want: 'Malformed' },
  { name: 'NaN where JSON has none', answer: text('{"status":"success","data":NaN}'), want: 'Malformed' },
  { name: 'silence', answer: () => undefined, want: 'TimedOut', silent: true },
  {
    name: 'silence in the middle of its answer',
    answer: (_, response) => void response.write('{"status":'),
    want: 'TimedOut',
    silent: true,
  },
  {
    name: 'less than it announced',
    answer: (_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{"status":"success"', () => response.destroy());
    },
    want: 'Unavailable',
  },
  { name: 'a body without end', answer: (_, response) => pour(response), want: 'TooLarge' },
  {
    name: 'a small answer that unpacks to a large one',
    answer: (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(2 ** 22, 'a'))),
    want: 'TooLarge',
  },
  { name: 'a closed connection', answer: (request) => void request.socket.destroy(), want: 'Unavailable' },
];

function pour(response: Parameters<RequestListener>[1]): void {
  const chunk = Buffer.alloc(16 * 1024, 'a');
  const more = (): void => {
    while (response.write(chunk));
    response.once('drain', more);
  };
  more();
}

export interface Call {
  readonly name: string;
  readonly ask: (http: HttpSource, url: string, signal?: AbortSignal) => Promise<unknown>;
  /** Failures that this call is right to take otherwise, with what it makes of them. */
  readonly except?: Readonly<Record<string, string>>;
}

/** To be called in the body of a test file, or of a `describe`. */
export function failsAsASourceShould(adapter: string, calls: readonly Call[]): void {
  const rows = calls.flatMap((call) =>
    FAILURES.map((failure) => ({
      ...failure,
      call,
      want: call.except?.[failure.name] ?? failure.want,
      title: `${call.name}: ${failure.name}`,
    })),
  );

  describe(`${adapter}, when its source fails`, () => {
    let server: AnsweringServer;
    let http: HttpSource;
    const withPatience = (timeoutMs: number): HttpSource => {
      http = createHttpSource({ clock: systemClock, timeoutMs, maxBytes: MAX_BYTES });
      return http;
    };
    beforeEach(async () => {
      server = await startAnsweringServer();
    });
    afterEach(async () => {
      await http.close();
      await server.close();
    });

    test.each(rows)('$title, says $want', async ({ answer, want, call, silent }) => {
      server.answer = answer;
      const asking = call.ask(withPatience(silent === true ? SHORT_PATIENCE_MS : PATIENCE_MS), server.url);
      const error: unknown = await asking.catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(SourceError);
      expect(gapReason(error)).toBe(want);
      const { message } = gapOf('source', 'look', error);
      expect(message).toContain(`${INSTANCE}: `);
      expect(message).not.toContain(SECRET);
    });

    test.each(calls)('nobody listens: $name says Unavailable', async ({ ask }) => {
      const error: unknown = await ask(withPatience(PATIENCE_MS), 'http://127.0.0.1:1').catch((failure: unknown) => failure);
      expect(gapReason(error)).toBe('Unavailable');
    });

    test.each(calls)('its caller gives up: $name ends at once, as TimedOut', async ({ ask }) => {
      const controller = new AbortController();
      server.answer = () => controller.abort(new Error('enough'));
      const error: unknown = await ask(withPatience(PATIENCE_MS), server.url, controller.signal).catch((failure: unknown) => failure);
      expect(gapReason(error)).toBe('TimedOut');
      expect((error as Error).message).not.toContain('no answer within');
    });
  });
}
