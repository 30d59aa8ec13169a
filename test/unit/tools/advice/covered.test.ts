import { describe, expect, test } from 'vitest';
import { byMetric, coveringRule, OUTCOME } from '../../../../src/tools/advice/covered.ts';
import type { Facts } from '../../../../src/tools/advice/facts.ts';

const facts = {
  workload: { kind: 'Deployment', namespace: 'shop', name: 'cart', services: ['cart-front'], object: {} },
  subject: { kind: 'Deployment', namespace: 'shop', name: 'cart', claims: [] },
} as unknown as Pick<Facts, 'workload' | 'subject'>;
const measured = 'sum(rate(http_requests_total{namespace="shop",code=~"5.."}[5m])) / sum(rate(http_requests_total{namespace="shop"}[5m]))';

const errors = (query: string, isBroken = false): boolean =>
  coveringRule([{ name: 'Rule', query, labels: {}, isBroken }], {
    covers: ({ matchers }, { isOwn }) => isOwn && matchers.some(({ label }) => OUTCOME.test(label)),
    query: measured,
    facts,
  }) !== undefined;

describe('a rule watches the errors of a workload', () => {
  test.each([
    ['of all workloads', 'sum by (namespace) (rate(http_requests_total{code=~"5.."}[5m])) > 1'],
    ['of its namespace', 'rate(http_requests_total{namespace="shop",code="500"}[5m]) > 1'],
    ['of several namespaces', 'rate(http_requests_total{namespace=~"shop|stage",code="500"}[5m]) > 1'],
    ['of its Service', 'rate(http_requests_total{service="cart-front",code="500"}[5m]) > 1'],
    ['of others too', 'rate(http_requests_total{namespace!="kube-system",code=~"5.."}[5m]) > 1'],
    ['by the count of its histogram', 'rate(http_requests_count{code=~"5.."}[5m]) > 1'],
  ])('%s', (_name, query) => {
    expect(errors(query)).toBe(true);
  });

  test.each([
    ['of another namespace', 'rate(http_requests_total{namespace="stage",code="500"}[5m]) > 1'],
    ['of another workload', 'rate(http_requests_total{namespace="shop",deployment="ads",code="500"}[5m]) > 1'],
    ['of all but its namespace', 'rate(http_requests_total{namespace!="shop",code=~"5.."}[5m]) > 1'],
    ['but by traffic alone', 'sum(rate(http_requests_total{namespace="shop"}[5m])) < 1'],
    ['in a metric that it does not have', 'rate(grpc_server_handled_total{grpc_code="Internal"}[5m]) > 1'],
    ['of another job', 'rate(http_requests_total{job="ads",code="500"}[5m]) > 1'],
    ['but does not parse', 'rate(http_requests_total{code="500"'],
  ])('not %s', (_name, query) => {
    expect(errors(query)).toBe(false);
  });

  test('not if it cannot be evaluated', () => {
    expect(errors('rate(http_requests_total{code=~"5.."}[5m]) > 1', true)).toBe(false);
  });
});

test('a rule of kube-state-metrics watches all that it is about, whatever the job is called', () => {
  const query = 'rate(kube_pod_container_status_restarts_total{job="kube-state-metrics"}[10m]) * 60 * 5 > 0';
  const covers = byMetric(/kube_pod_container_status_restarts_total/u);
  expect(coveringRule([{ name: 'R', query, labels: {}, isBroken: false }], { covers, query: 'up', facts })).toBeDefined();
});
