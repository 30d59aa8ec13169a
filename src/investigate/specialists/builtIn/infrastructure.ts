/** Nodes, storage, scheduling and the control plane. YAML, as a team would write it. */
export const infrastructure = String.raw`
name: infrastructure
description: Nodes, volumes, scheduling, admission and the control plane.
handles:
  alerts:
    - name: KubeNode*
    - name: Kubelet*
    - name: Node*
    - name: KubePersistentVolume*
    - name: KubeScheduler*
    - name: KubeControllerManager*
    - name: KubeAPI*
    - name: KubeAggregatedAPI*
    - name: KubeDaemonSet*Scheduled
    - name: KubeContainerWaiting
    - name: KubeVersionMismatch
    - name: "*Etcd*"
    - name: etcd*
    - name: "*Volume*"
    - name: "*Disk*"
  reasons:
    - Node*
    - Volume*
    - StorageClass*
    - Taint*
    - TooManyPods
    - Insufficient*
    - Unschedulable
    - PodAffinity*
    - PodAntiAffinity*
    - TopologySpread*
    - HostPort*
    - Scheduler*
    - Kubelet*
    - KubeProxy*
    - ContainerRuntime*
    - ContainerSandbox*
    - ControlPlane*
    - Admission*
    - ImageRegistry*
    - ImageRateLimited
    - ImageArchitecture*
    - StuckTerminating*
    - Namespace*
  keywords: [node, nodes, disk, volume, volumes, pvc, persistentvolume, storage, mount, scheduling, unschedulable, pending, evicted, kubelet, taint, control plane, etcd, api server, cordoned, drained]
evidence:
  - name: nodesNotReady
    source: metrics
    query: sum(kube_node_status_condition{condition="Ready", status!="true"})
    description: Nodes that are not ready.
  - name: diskPressureNodes
    source: metrics
    query: sum(kube_node_status_condition{condition="DiskPressure", status="true"})
    description: Nodes with too little disk.
  - name: fullestVolumeShare
    source: metrics
    query: max(kubelet_volume_stats_used_bytes{namespace="{{namespace}}"} / kubelet_volume_stats_capacity_bytes{namespace="{{namespace}}"})
    description: How full the fullest volume of the namespace is, 0 to 1.
  - name: fullestInodeShare
    source: metrics
    query: max(kubelet_volume_stats_inodes_used{namespace="{{namespace}}"} / kubelet_volume_stats_inodes{namespace="{{namespace}}"})
    description: Share of inodes that the fullest volume of the namespace has used, 0 to 1.
  - name: pendingPods
    source: metrics
    query: sum(kube_pod_status_phase{namespace="{{namespace}}", phase="Pending"})
    description: Pods of the namespace that wait.
  - name: schedulerAttemptsFailed
    source: metrics
    query: sum(rate(scheduler_schedule_attempts_total{result!="scheduled"}[5m]))
    description: Attempts to place a pod that fail, a second.
analyzers: [unschedulable]
rules:
  - name: volume-full
    when: evidence.metrics.fullestVolumeShare > 0.97
    severity: critical
    message: A volume of {{namespace}} is full ({{metrics.fullestVolumeShare}}).
    advice: Make room or expand the volume; then look for what writes without end.
    weighs:
      - reasons: [VolumeFull*]
        points: 10
  - name: inodes-gone
    when: evidence.metrics.fullestInodeShare > 0.97
    severity: critical
    message: A volume of {{namespace}} has no inodes left ({{metrics.fullestInodeShare}}).
    advice: Look for a folder with very many small files.
    weighs:
      - reasons: [VolumeFull*]
        points: 10
  - name: pods-on-a-bad-node
    when: evidence.pods.exists(p, !p.ready && has(p.node) && evidence.nodes.exists(n, n.name == p.node && (!n.ready || n.memoryPressure)))
    cites: evidence.pods.filter(p, !p.ready && has(p.node) && evidence.nodes.exists(n, n.name == p.node && (!n.ready || n.memoryPressure))).map(p, p.key)
    severity: warning
    message: Pods that are not ready run on a node that is not ready or short of memory.
    advice: Look at the node before the workload; pods of the same workload on other nodes tell which of the two it is.
    weighs:
      - reasons: [Node*, Kubelet*, ContainerRuntime*]
        points: 6
  - name: many-nodes-down
    when: evidence.metrics.nodesNotReady > 1.0
    severity: critical
    message: "{{metrics.nodesNotReady}} nodes are not ready."
    advice: Look for what they have in common, such as a zone, a version or a network.
    weighs:
      - reasons: [Node*, Kubelet*, ControlPlane*]
        points: 5
prompt: |
  You look for a cause below the workload: nodes, disks, volumes, scheduler, admission, control plane. First ask whether what fails shares a node,
  a zone, a storage class or a moment; what fails on one node only is the node's. Quote the scheduler or the kubelet where they say why.
advice:
  - Compare pods of one workload across nodes before you blame the workload.
`;
