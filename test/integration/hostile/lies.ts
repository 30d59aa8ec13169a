/**
 * Answers of the right form that nobody can use: more than anybody can read, numbers that are none, times beyond all calendars. Each is told
 * by the path that is asked, in the words of the source that has such a path.
 */
import type { RequestListener, ServerResponse } from 'node:http';

type Item = (index: number, value: string) => unknown;

interface List {
  readonly path: RegExp;
  readonly head: string;
  readonly item: Item;
  readonly tail: string;
}

const success = (type: string): string => `{"status":"success","data":{"resultType":"${type}","result":[`;
const labels = (index: number): object => ({ container: 'app', pod: `cart-${index}`, __proto__x: 'y' });
const signoz = (inside: string): string => `{"status":"success","data":{"type":"raw","data":{"results":[{"queryName":"A",${inside}[`;

const LISTS: readonly List[] = [
  {
    path: /\/api\/v1\/query$/u,
    head: success('vector'),
    item: (index, value) => ({ metric: labels(index), value: [1e300, value] }),
    tail: ']}}',
  },
  {
    path: /^\/api\/v1\/query_range$/u,
    head: success('matrix'),
    item: (index, value) => ({ metric: labels(index), values: [[Date.now() / 1000, value]] }),
    tail: ']}}',
  },
  {
    path: /\/api\/v1\/rules$/u,
    head: '{"status":"success","data":{"groups":[{"rules":[',
    item: (index, value) => ({ type: 'alerting', name: `Rule${index}`, health: value, alerts: [] }),
    tail: ']}]}}',
  },
  { path: /\/api\/v1\/(?:series|label\/)/u, head: '{"status":"success","data":[', item: (index) => `metric_${index}`, tail: ']}' },
  {
    path: /\/api\/v2\/alerts$/u,
    head: '[',
    item: (index, value) => ({ labels: { alertname: `A${index}` }, status: { state: value } }),
    tail: ']',
  },
  {
    path: /^\/loki\/api\/v1\/query_range$/u,
    head: success('streams'),
    item: (index, value) => ({ stream: labels(index), values: [[value, `error ${index}`]] }),
    tail: ']}}',
  },
  { path: /^\/loki\/api\/v1\/label/u, head: '{"status":"success","data":[', item: (index) => `label_${index}`, tail: ']}' },
  {
    path: /^\/api\/search$/u,
    head: '{"traces":[',
    item: (index, value) => ({ traceID: index.toString(16), durationMs: value }),
    tail: ']}',
  },
  {
    path: /^\/api\/v5\/query_range$/u,
    head: signoz('"rows":'),
    item: (index, value) => ({ timestamp: value, data: { body: `error ${index}` } }),
    tail: ']}]}}}',
  },
  {
    path: /\/commits$|\/pulls$/u,
    head: '[',
    item: (index) => ({ sha: index.toString(16).padStart(40, '0'), commit: { message: 'x' } }),
    tail: ']',
  },
];

const ANYTHING: List = { path: /./u, head: '[', item: (index, value) => ({ index, value }), tail: ']' };

const listAt = (path: string): List => LISTS.find((list) => list.path.test(path)) ?? ANYTHING;

/** Lists of `count`, written as fast as they are taken, each with one of the values. */
export const listsOf =
  (count: number, ...values: readonly string[]): RequestListener =>
  (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://source');
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' });
    write(response, listAt(pathname), count, values);
  };

const AT_ONCE = 500;

function write(response: ServerResponse, { head, item, tail }: List, count: number, values: readonly string[]): void {
  let index = 0;
  response.write(head);
  const more = (): void => {
    while (!response.destroyed && index < count) {
      const items = Array.from({ length: Math.min(AT_ONCE, count - index) }, (_, offset) => {
        const at = index + offset;
        return `${at === 0 ? '' : ','}${JSON.stringify(item(at, values[at % values.length] ?? '1'))}`;
      });
      index += items.length;
      if (!response.write(items.join(''))) return;
    }
    if (index >= count) response.end(tail);
  };
  response.on('drain', more);
  more();
}
