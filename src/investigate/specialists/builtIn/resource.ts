/** CPU, memory, quotas and scaling. YAML, as a team would write it. */
import { ITS_PODS } from './pods.ts';

export const resource = String.raw`
name: resource
description: CPU, memory, requests and limits, quotas, autoscaling and load.
handles:
  alerts:
    - name: CPUThrottlingHigh
    - name: Kube*Overcommit
    - name: KubeQuota*
    - name: KubeHpa*
    - name: KubePdb*
    - name: "*OOM*"
    - name: "*OutOfMemory*"
    - name: "*Memory*"
    - name: "*CPU*"
    - name: "*Saturation*"
    - name: KubeletTooManyPods
  reasons:
    - ContainerOutOfMemory
    - NodeOutOfMemory
    - MemoryLeak*
    - Insufficient*
    - TooManyPods
    - Quota*
    - LimitRange*
    - CPU*
    - Autoscaler*
    - Traffic*
    - Workload*
    - Disruption*
    - NodeMemory*
    - NodeProcess*
  keywords: [cpu, memory, ram, oom, oomkilled, out of memory, throttled, throttling, quota, limit, limits, requests, autoscaler, hpa, scaling, replicas, load, traffic, saturated]
evidence:
  - name: throttledShare
    source: metrics
    query: sum(rate(container_cpu_cfs_throttled_periods_total{${ITS_PODS}}[5m])) / sum(rate(container_cpu_cfs_periods_total{${ITS_PODS}}[5m]))
    description: Share of CPU periods in which the workload is throttled, 0 to 1.
  - name: memoryShare
    source: metrics
    query: max(container_memory_working_set_bytes{${ITS_PODS}, container!=""} / (kube_pod_container_resource_limits{${ITS_PODS}, resource="memory"} > 0))
    description: Working set of the workload's fullest container over its limit, 0 to 1.
  - name: quotaShare
    source: metrics
    query: max(kube_resourcequota{namespace="{{namespace}}", type="used"} / ignoring (type) (kube_resourcequota{namespace="{{namespace}}", type="hard"} > 0))
    description: Share of the namespace's fullest quota that is used, 0 to 1.
  - name: autoscalerAtBound
    source: metrics
    query: max(kube_horizontalpodautoscaler_status_current_replicas{namespace="{{namespace}}"} / kube_horizontalpodautoscaler_spec_max_replicas{namespace="{{namespace}}"})
    description: Replicas of the namespace's fullest autoscaler over its maximum, 0 to 1.
  - name: requestRateChange
    source: metrics
    query: sum(rate(http_requests_total{${ITS_PODS}}[10m])) / sum(rate(http_requests_total{${ITS_PODS}}[10m] offset 1d))
    description: Requests to the workload over those at the same time yesterday.
analyzers: [oomKilled, quota, unschedulable]
rules:
  - name: throttled
    when: evidence.metrics.throttledShare > 0.25
    severity: warning
    message: "{{workload}} is throttled in a share of {{metrics.throttledShare}} of its CPU periods."
    advice: Raise or remove the CPU limit; requests, not limits, protect the neighbours.
    weighs:
      - reasons: [CPUThrottled*]
        points: 8
      - reasons: [ProbeTimingTooTight]
        points: 4
  - name: near-its-memory-limit
    when: evidence.metrics.memoryShare > 0.95
    severity: warning
    message: A container of {{workload}} uses a share of {{metrics.memoryShare}} of its memory limit.
    advice: Look whether its memory grows with time (a leak) or with load.
    weighs:
      - reasons: [ContainerOutOfMemory, MemoryLeak*]
        points: 5
  - name: quota-used-up
    when: evidence.metrics.quotaShare >= 1.0
    severity: warning
    message: A quota of {{namespace}} is used up.
    weighs:
      - reasons: [QuotaExceeded]
        points: 5
  - name: autoscaler-at-its-bound
    when: evidence.metrics.autoscalerAtBound >= 1.0 && has(evidence.metrics.throttledShare) && evidence.metrics.throttledShare > 0.25
    severity: warning
    message: An autoscaler of {{namespace}} is at its maximum while pods are throttled.
    weighs:
      - reasons: [AutoscalerAtMaximum*]
        points: 6
  - name: load-surged
    when: evidence.metrics.requestRateChange > 3.0
    severity: info
    message: "{{workload}} is asked {{metrics.requestRateChange}} times as often as at the same time yesterday."
    weighs:
      - reasons: [Traffic*]
        points: 8
      - reasons: [MemoryLeak*]
        points: -4
prompt: |
  You look for a cause in CPU, memory, quotas and scaling. Say which bound was reached, by whom, and whether use grew, the bound shrank, or load
  rose: the three have different cures. A kill for memory at the container's own limit is not the node's; exit code 137 alone proves nothing.
advice:
  - Size requests from what was measured over a week, not from what was guessed at the start.
`;
