/** Certificates, names and connections. YAML, as a team would write it. */
export const network = String.raw`
name: network
description: TLS certificates, DNS, Services, routes and policies; who can reach whom.
handles:
  alerts:
    - name: "*Certificate*"
    - name: "*DNS*"
    - name: "*Ingress*"
    - name: "*Gateway*"
    - name: TargetDown
    - name: "*Unreachable"
    - name: NodeNetwork*
    - name: NodeHighNumberConntrackEntriesUsed
    - name: "*TLS*"
    - name: "*Probe*Failed*"
  reasons:
    - Certificate*
    - DNS*
    - PodDNS*
    - ClusterDNS*
    - Service*
    - ClientAddress*
    - Ingress*
    - Route*
    - NetworkPolicy*
    - NetworkDelay*
    - NodeNetwork*
    - KubeProxy*
    - Dependency*
    - ImageRegistryUnavailable
    - ImageRegistryNotResolved*
  keywords: [network, dns, tls, ssl, certificate, connection refused, connection reset, connection timed out, no such host, ingress, gateway, unreachable, handshake, latency, packet loss]
evidence:
  - name: dnsServerFailures
    source: metrics
    query: sum(rate(coredns_dns_responses_total{rcode="SERVFAIL"}[5m]))
    description: Answers SERVFAIL of the cluster's DNS a second.
  - name: dnsSlowSeconds
    source: metrics
    query: histogram_quantile(0.95, sum by (le) (rate(coredns_dns_request_duration_seconds_bucket[5m])))
    description: The time within which the cluster's DNS answers 95 % of questions, in seconds.
  - name: certificateSecondsLeft
    source: metrics
    query: min(certmanager_certificate_expiration_timestamp_seconds{namespace="{{namespace}}"}) - time()
    description: Seconds until the first certificate of the namespace ends.
  - name: packetsDropped
    source: metrics
    query: sum(rate(container_network_receive_packets_dropped_total{namespace="{{namespace}}"}[5m])) + sum(rate(container_network_transmit_packets_dropped_total{namespace="{{namespace}}"}[5m]))
    description: Packets that the namespace's pods lose a second.
  - name: connectionErrors
    source: logs
    query: sum(count_over_time({namespace="{{namespace}}"} |~ "connection refused|connection reset|no such host|i/o timeout|x509" [15m]))
    description: Log lines of the namespace in 15 minutes that tell of connections, names or certificates.
rules:
  - name: dns-fails
    when: evidence.metrics.dnsServerFailures > 1.0
    severity: critical
    message: The cluster's DNS answers {{metrics.dnsServerFailures}} questions a second with SERVFAIL.
    advice: Look at the pods and the upstream servers of the cluster's DNS before the program that complains.
    weighs:
      - reasons: [ClusterDNS*]
        points: 8
      - reasons: [DNSName*]
        points: -5
  - name: certificate-ends
    when: evidence.metrics.certificateSecondsLeft < 259200.0
    severity: warning
    message: The first certificate of {{namespace}} ends in {{metrics.certificateSecondsLeft}} seconds.
    advice: Look at the Certificate's conditions and its issuer, and renew it before it ends.
    weighs:
      - reasons: [Certificate*]
        points: 5
  - name: packets-lost
    when: evidence.metrics.packetsDropped > 10.0
    severity: warning
    message: Pods of {{namespace}} lose {{metrics.packetsDropped}} packets a second.
    advice: Compare the losses by node; if one node stands out, look at its network before the workload.
    weighs:
      - reasons: [NodeNetwork*, NetworkDelay*]
        points: 5
prompt: |
  You look for a cause in the network. Follow a request from its caller to the end of the chain: name, address, policy, Service, endpoint,
  port, protocol, certificate. Say at which hop it ends and what shows that. A caller that reports a time-out is a witness, not the cause:
  look at what it calls. "Refused" means that something answered; "timed out" means that nothing did: policies and routes explain the second.
advice:
  - Try the connection from a pod of the caller, by name and by address, to tell names from routes.
`;
