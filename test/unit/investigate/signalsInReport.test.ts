/** Where telemetry goes besides findings: what users get, what rules of specialists see, what is stored. */
import { describe, expect, test } from 'vitest';
import { templatesOf } from '../../../src/investigate/consult.ts';
import { recordsOf } from '../../../src/investigate/evidence.ts';
import { impactOf } from '../../../src/investigate/impact.ts';
import { complaint, rose, signal, signalsOfApp, steady, withSignalsOf } from './signalsBuilders.ts';
import { app, world } from './surroundingsBuilders.ts';

const cited = (keys: readonly string[]): string => ` [${keys.join()}]`;
const impact = (...metrics: Parameters<typeof signal>[]): string =>
  impactOf(world(app('cart'), withSignalsOf(signalsOfApp('cart', { metrics: metrics.map((one) => signal(...one)) }))), undefined, cited);

describe('the impact', () => {
  test('is what callers get, where that is measured', () => {
    expect(impact(['errorShare', rose(0.004, 0.2)], ['latencyP95', rose(0.1, 2)])).toMatch(
      /Deployment\/shop\/cart answers (?:19|2\d) % of its requests with errors \[signal\/Deployment\/shop\/cart\/errorShare\/\] and takes (?:1\.9|2(?:\.\d)?) s at the 95th percentile \[signal\/Deployment\/shop\/cart\/latencyP95\/\]\.$/u,
    );
  });

  test('says nothing of what is as ever', () => {
    expect(impact(['errorShare', steady(0.2)], ['latencyP95', steady(2)])).not.toContain('answers');
  });
});

test('rules of specialists see the templates of stored logs, by the key of their evidence', () => {
  const snapshot = world(
    app('cart'),
    withSignalsOf(signalsOfApp('cart', { complaints: [complaint('vault is sealed'), complaint('retry', { change: 'steady' })] })),
  );
  const templates = templatesOf(snapshot);
  expect(templates).toEqual([
    { key: 'complaints/Deployment/shop/cart', object: 'Deployment/shop/cart', template: 'vault is sealed', count: 40, change: 'new' },
    { key: 'complaints/Deployment/shop/cart', object: 'Deployment/shop/cart', template: 'retry', count: 40, change: 'steady' },
  ]);
  expect(templates.every(({ key }) => recordsOf(snapshot, []).has(key))).toBe(true);
});

describe('evidence of telemetry', () => {
  const of = (signals: Parameters<typeof signalsOfApp>[1]) =>
    recordsOf(world(app('cart'), withSignalsOf(signalsOfApp('cart', signals))), []);

  test('is the query, the instance and a small table, of now and of the day before', () => {
    const record = of({ metrics: [signal('errorShare', steady(0.01))] }).get('signal/Deployment/shop/cart/errorShare/');
    const { points, dayBefore, source } = JSON.parse(record?.content ?? '{}') as { points: string[]; dayBefore: string[]; source: string };
    expect([record?.query, source, points.length <= 60, dayBefore.length <= 60]).toEqual([
      'errorShare{namespace="shop"}',
      'main',
      true,
      true,
    ]);
    expect(points[0]).toMatch(/^2026-01-01T09:5\d:\d\dZ 0\.0\d+$/u);
    expect(dayBefore[0]).toMatch(/^2025-12-31T09:5\d:\d\dZ 0\.0\d+$/u);
  });

  test('of logs that say nothing new, and of traces, is kept only if somebody cites it', () => {
    const records = of({ complaints: [complaint('retry', { change: 'steady' })], traces: {} });
    expect([...records.values()].filter(({ key }) => /^(?:complaints|traces)\//u.test(key)).map(({ onlyIfCited }) => onlyIfCited)).toEqual([
      true,
      true,
    ]);
    expect(of({ complaints: [complaint('vault is sealed')] }).get('complaints/Deployment/shop/cart')).toMatchObject({
      onlyIfCited: false,
      summary: '1 new or surging, first of them (40x): “vault is sealed”',
    });
  });
});
