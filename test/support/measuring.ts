/** A server that answers as a Prometheus with these metrics would, by functions of time; asked through the real client. */
import { systemClock } from '../../src/clock.ts';
import { createHttpSource } from '../../src/sources/http.ts';
import { createMeasurements, type Measurements } from '../../src/sources/measurements.ts';
import { createPrometheus } from '../../src/sources/prometheus.ts';
import { json, startAnsweringServer, status } from './answeringServer.ts';

export interface Measuring {
  readonly measurements: Measurements;
  /** Queries that were asked. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** One series. @param at milliseconds since the epoch; undefined: there is no sample at that time */
export type Metric = (at: number) => number | undefined;

/** @param metrics by a part of the query that asks for them: the first that fits is given @param names which metrics exist */
export async function startMeasuring(names: readonly string[], metrics: Readonly<Record<string, Metric>>): Promise<Measuring> {
  const server = await startAnsweringServer();
  const http = createHttpSource({ clock: systemClock });
  const asked: string[] = [];
  server.answer = (request, response) => {
    const url = new URL(request.url ?? '', server.url);
    if (url.pathname.startsWith('/api/v1/label/')) return json({ status: 'success', data: names })(request, response);
    const query = url.searchParams.get('query') ?? '';
    asked.push(query);
    const metric = Object.entries(metrics).find(([part]) => query.includes(part))?.[1];
    if (metric === undefined) return status(500)(request, response);
    const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(url.searchParams.get(name))) as [number, number, number];
    const values = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step).flatMap((at) => {
      const value = metric(at * 1000);
      return value === undefined ? [] : [[at, String(value)]];
    });
    return json({ status: 'success', data: { resultType: 'matrix', result: values.length === 0 ? [] : [{ metric: {}, values }] } })(
      request,
      response,
    );
  };
  return {
    measurements: createMeasurements([createPrometheus(http, { name: 'prometheus', url: server.url })]),
    asked,
    close: async () => {
      await http.close();
      await server.close();
    },
  };
}
