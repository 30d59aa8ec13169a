/** Whether it is measured at all, and whether somebody can look at it. */
import { manifestOf } from '../changes.ts';
import type { Advice, Checked, Facts, ServicePort } from '../facts.ts';

/** As ports of metrics are usually called. */
const METRICS_PORT = /^(?:https?-)?(?:metrics|prom|prometheus|monitoring|telemetry)$/u;

export function metricsAdvice(facts: Facts): Checked {
  const { levels, isScraped } = facts;
  const isServing = facts.workload.services.length > 0;
  const knowsRequests = levels?.requestRate !== undefined;
  const advice: Advice[] = [];
  if (levels !== undefined && isServing && !knowsRequests) advice.push(noRequests(facts));
  if (levels !== undefined && levels.memoryUsage === undefined) advice.push(noContainers());
  const fine = [
    ...(knowsRequests ? [`its requests are measured (${levels?.requestRate?.convention ?? ''})`] : []),
    ...(isScraped === true ? ['it is scraped'] : []),
  ];
  return { advice, fine };
}

function noRequests({ isScraped, servicePorts, hasOperator, workload }: Facts): Advice {
  const port = servicePorts?.find((one) => METRICS_PORT.test(one.port) && Object.keys(one.labels).length > 0);
  const change =
    isScraped === false && hasOperator === true && port !== undefined ? manifestOf(monitorFor(workload.namespace, port)) : undefined;
  const how =
    change === undefined
      ? 'Let it export http_server_request_duration_seconds (OpenTelemetry) or http_requests_total, or put it behind a mesh or ingress that counts.'
      : `Port ${port?.port ?? ''} of its Service looks like one of metrics: the manifest has it scraped.`;
  return {
    topic: 'metrics',
    weight: 88,
    title: 'Nothing measures its requests',
    why: `${WHY_NOT[String(isScraped)] ?? ''}, so that no alert can tell of errors, latency or missing traffic. ${how}`,
    wouldHaveHelped: ['ErrorRate*', 'Latency*', 'Dependency*', 'TrafficSurge'],
    change,
  };
}

const WHY_NOT: Readonly<Record<string, string>> = {
  true: 'It is scraped and exports no count of requests under a known convention',
  false: 'No Prometheus scrapes it',
  undefined: 'No count of its requests was found',
};

function monitorFor(namespace: string, { service, labels, port }: ServicePort): object {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name: service, namespace },
    spec: { selector: { matchLabels: labels }, endpoints: [{ port, interval: '30s' }] },
  };
}

const noContainers = (): Advice => ({
  topic: 'metrics',
  weight: 65,
  title: 'Nothing measures the memory and CPU of its containers',
  why: 'The metrics of the kubelet (cAdvisor) are not in this Prometheus, so that nothing warns before a kill for memory. Scrape the kubelet’s /metrics/cadvisor.',
  wouldHaveHelped: ['ContainerOutOfMemory', 'MemoryLeak', 'Cpu*'],
});

export function dashboardAdvice({ dashboards, workload }: Facts): Checked {
  if (dashboards === undefined) return { advice: [], fine: [] };
  const [first] = dashboards;
  if (first !== undefined) return { advice: [], fine: [`a dashboard shows it (${first})`] };
  const why = `No dashboard of Grafana has ${workload.name} in its title: in an incident everybody writes the same queries anew.`;
  return { advice: [{ topic: 'dashboards', weight: 25, title: 'No dashboard is about it', why }], fine: [] };
}
