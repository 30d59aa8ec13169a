/** What programs do by themselves, and what a release did to them. YAML, as a team would write it. */
import { ITS_PODS } from './pods.ts';

export const application = String.raw`
name: application
description: Crashes, errors, probes, configuration, images and releases of a program.
handles:
  alerts:
    - name: KubePodCrashLooping
    - name: KubePodNotReady
    - name: KubeContainerWaiting
    - name: KubeDeployment*
    - name: KubeStatefulSet*
    - name: KubeDaemonSetRolloutStuck
    - name: KubeJob*
    - name: "*Crashloop*"
    - name: "*CrashLoop*"
    - name: "*ErrorRate*"
    - name: "*HighErrors*"
    - name: "*Latency*"
    - name: "*RequestsFailing"
    - name: "*5xx*"
  reasons:
    - Container*
    - Image*
    - Probe*
    - ConfigMap*
    - Secret*
    - Environment*
    - ErrorStillLogged
    - Rollout*
    - Delivery*
    - Job*
    - CronJob*
    - ErrorRate*
    - Latency*
    - Dependency*
    - Permission*
    - ServiceAccount*
    - MemoryLeak*
    - Workload*
  keywords: [crash, crashes, crashing, crashloop, crashloopbackoff, error, errors, exception, panic, stack trace, release, deploy, deployed, rollout, version, image, config, configuration, probe, liveness, readiness, "500", "502", "503"]
evidence:
  - name: restartsAnHour
    source: metrics
    query: sum(increase(kube_pod_container_status_restarts_total{${ITS_PODS}}[1h]))
    description: Restarts of the workload's containers in an hour.
  - name: errorShare
    source: metrics
    query: sum(rate(http_requests_total{${ITS_PODS}, code=~"5.."}[5m])) / sum(rate(http_requests_total{${ITS_PODS}}[5m]))
    description: Share of the workload's answers that are errors, 0 to 1.
  - name: errorLines
    source: logs
    query: sum(count_over_time({${ITS_PODS}} |~ "(?i)error|exception|panic|fatal" [15m]))
    description: Log lines of the workload in 15 minutes that speak of errors.
analyzers: [crashLoop, imagePull, missingConfig, probe, rolloutStuck]
rules:
  - name: only-the-new-revision-fails
    when: evidence.pods.exists(p, p.current && !p.ready && !p.deleting && p.ageSeconds > 60) && evidence.pods.exists(p, !p.current && p.ready) && !evidence.pods.exists(p, !p.current && !p.ready && !p.deleting)
    cites: evidence.pods.filter(p, p.current && !p.ready && !p.deleting).map(p, p.key)
    severity: warning
    message: Pods of the new revision of {{workload}} are not ready while those of the revision before are.
    advice: Compare the two revisions; what differs between them is the first suspect.
    weighs:
      - reasons: [Container*, Image*, Probe*, ConfigMap*, Secret*]
        points: 3
  - name: new-error-after-release
    when: evidence.logTemplates.exists(t, t.change == "new" && (t.template.lowerAscii().contains("error") || t.template.lowerAscii().contains("exception") || t.template.lowerAscii().contains("panic")))
    cites: evidence.logTemplates.filter(t, t.change == "new" && (t.template.lowerAscii().contains("error") || t.template.lowerAscii().contains("exception") || t.template.lowerAscii().contains("panic"))).map(t, t.key)
    severity: info
    message: The logs have errors that they did not have before.
    advice: Read the new log lines first, and look which change came just before the first of them.
  - name: many-errors
    when: evidence.metrics.errorShare > 0.05
    severity: critical
    message: "{{workload}} answers a share of {{metrics.errorShare}} of its requests with an error."
    advice: See whether what it calls fails too; then the cause is there.
    weighs:
      - reasons: [ErrorRate*, Dependency*]
        points: 5
prompt: |
  You look for a cause in the program, its configuration, its image or its release. Begin with the last log lines of the run before and the exit
  code, then with what changed just before the first failure. Tell the program's own fault from that of something it calls: an error that names
  another service points there. Do not call a restart the cause; say what ended the run.
advice:
  - Read the log of the previous run, not of the one that has just begun.
`;
