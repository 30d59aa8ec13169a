/** What machines and the cluster itself refuse: memory, disk, files, images, nodes, volumes; and names and certificates. */
import { refusalIn } from '../../../investigate/tlsWords.ts';
import { LOOKUP_FAILS } from '../../../investigate/troubleLines.ts';
import { CONNECTIONS, EFFECTS, FAILING, FULL } from './explains.ts';
import { by, type Family } from './family.ts';

export const PLATFORM: readonly Family[] = [
  {
    name: 'OutOfMemory',
    title: 'Out of memory',
    kind: 'root',
    fits: by(
      /\bout ?of ?memory|OutOfMemoryError|\boom[-_ ]?kill|OOMKilled|Killed process \d|Cannot allocate memory|heap (?:limit|out of)|GC overhead limit|\bMemoryError\b|std::bad_alloc|\bENOMEM\b|memory cgroup|worker was killed by SIGKILL/iu,
    ),
    explains: [...CONNECTIONS, ...FAILING, ...EFFECTS],
    statement: 'A process runs out of memory',
    next: 'Compare its memory with its limit over the last hours: a steady climb is a leak, a step is a larger load or a release.',
  },
  {
    name: 'DiskFull',
    title: 'Disk full',
    kind: 'root',
    fits: by(
      /no space left on device|\bENOSPC\b|disk (?:is )?full|disk quota exceeded|\bEDQUOT\b|not enough (?:free |disk ){1,2}space|could not extend file|flood[- ]stage|disk watermark.{0,40}exceeded|(?:disk|volume|file ?system|log dir).{0,60}\bis full\b|out of disk space/iu,
    ),
    explains: FULL,
    statement: 'A disk or volume is full',
    next: 'Find which file system is full (kubelet_volume_stats_used_bytes, or df in the pod), and what grows on it, before enlarging it.',
  },
  {
    name: 'TooManyOpenFiles',
    title: 'Too many open files',
    kind: 'root',
    fits: by(/too many open files|\bEMFILE\b|\bENFILE\b|file descriptors? (?:limit|exhausted)|no file descriptors available/iu),
    explains: [...CONNECTIONS, 'DnsFailure', 'FileMissing', 'ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'A process has used up its file descriptors',
    next: 'Count its open descriptors (process_open_fds against process_max_fds): connections that are never closed are the usual reason.',
  },
  {
    name: 'StorageFault',
    title: 'Storage fault',
    kind: 'root',
    fits: by(
      /read-only file ?system|\bEROFS\b|input\/output error|\bEIO\b|I\/O error,? dev|(?:data|index|block|page|log|table|segment|file) (?:is |was |may be )?corrupt(?:ed|ion)?|checksum (?:mismatch|verification failed|error)|stale file handle|\bESTALE\b|bad (?:sector|block|magic)/iu,
    ),
    explains: FULL,
    statement: 'Storage fails or refuses writes',
    next: 'Look at the volume and its node (kernel messages, volume health) before anything is restarted.',
  },
  {
    name: 'ImagePullFailed',
    title: 'Image cannot be pulled',
    kind: 'root',
    fits: by(/ErrImagePull|ImagePullBackOff|failed to pull (?:and unpack )?image|manifest unknown|pull access denied|InvalidImageName/iu),
    explains: ['ProbeFailed', 'CrashLoop', 'SchedulingFailed'],
    statement: 'An image cannot be pulled',
    next: 'Check that the tag exists in the registry, and the imagePullSecrets of the pod.',
  },
  {
    name: 'SchedulingFailed',
    title: 'Pods cannot be scheduled',
    kind: 'root',
    fits: by(
      /FailedScheduling|\b0\/\d{1,5} nodes are available|Insufficient (?:cpu|memory|ephemeral-storage|pods)|exceeded quota:|Preemption is not helpful/iu,
    ),
    explains: EFFECTS,
    statement: 'Pods find no node',
    next: 'Compare requests with what nodes have left, and look at taints, affinity and quotas.',
  },
  {
    name: 'VolumeMountFailed',
    title: 'Volume cannot be mounted',
    kind: 'root',
    fits: by(
      /FailedMount|FailedAttachVolume|MountVolume\.\w{1,40} failed|unable to attach or mount|Multi-Attach error|AttachVolume\.\w{1,40} failed/iu,
    ),
    explains: ['CrashLoop', 'ProbeFailed', 'FileMissing'],
    statement: 'A volume cannot be mounted',
    next: 'Look at the PersistentVolumeClaim, its VolumeAttachment and the node that holds it.',
  },
  {
    name: 'NodePressure',
    title: 'Node in trouble',
    kind: 'root',
    fits: by(
      /\b(?:Memory|Disk|PID)Pressure\b|node .{0,80}(?:is not ready|not ready|became unready)|NodeNotReady|\bthe node was low on resource|\bevict(?:ed|ing|ion)\b.{0,80}\bpod|PLEG is not healthy/iu,
    ),
    explains: [...CONNECTIONS, ...EFFECTS, 'SchedulingFailed'],
    statement: 'A node is in trouble',
    next: 'Look at the conditions of the node and what uses its memory, disk and processes.',
  },
  {
    name: 'CertificateInvalid',
    title: 'Certificate refused',
    kind: 'root',
    fits: (message) =>
      refusalIn(message) !== undefined ||
      /x509: |SSLCertVerificationError|CertPathValidatorException|certificate (?:is )?(?:revoked|required|unknown)|bad certificate/u.test(
        message,
      ),
    explains: ['TlsFailure', ...CONNECTIONS, 'AuthenticationFailed', 'CircuitOpen', 'ServerErrors', ...EFFECTS],
    statement: 'A certificate is not accepted',
    next: 'Read the certificate that is served (dates, names, issuer) and the authority that the client trusts.',
  },
  {
    name: 'ClockSkew',
    title: 'Clocks differ',
    kind: 'root',
    fits: by(
      /clock (?:skew|drift|offset)|RequestTimeTooSkewed|token (?:used before issued|is not yet valid|is not valid yet)|not yet valid|clock is (?:ahead|behind|not synchroni[sz]ed)|time (?:jumped|went) backwards/iu,
    ),
    explains: ['AuthenticationFailed', 'TlsFailure', 'ServerErrors'],
    statement: 'Clocks of machines differ',
    next: 'Compare the time of both machines, and look whether time synchronisation runs on the node.',
  },
  {
    name: 'TlsFailure',
    title: 'TLS fails',
    kind: 'dependency',
    fits: by(
      /(?:TLS|SSL) (?:handshake|alert|error|routines)|handshake[_ ]fail(?:ure|ed)|SSLHandshakeException|SSL_ERROR|wrong version number|first record does not look like a TLS|no (?:shared|common) cipher|unsupported protocol|\btls: |http: server gave HTTP response to HTTPS client|plain HTTP request was sent to HTTPS/iu,
    ),
    explains: ['ConnectionReset', 'CircuitOpen', 'ServerErrors', ...EFFECTS],
    statement: 'TLS cannot be agreed on',
    next: 'Check that both sides speak TLS on that port, and which versions and ciphers they allow.',
  },
  {
    name: 'DnsFailure',
    title: 'DNS fails',
    kind: 'root',
    fits: (message) =>
      LOOKUP_FAILS.test(message) ||
      /no such host|NXDOMAIN|SERVFAIL|name or service not known|nodename nor servname|host not found|getaddrinfo|unknown host|Name does not resolve|DNS (?:lookup|resolution|query|server).{0,40}(?:fail|error|time)|could not translate host name|no servers could be reached/iu.test(
        message,
      ),
    explains: [...CONNECTIONS, 'PoolExhausted', 'CircuitOpen', 'ServerErrors', ...FAILING, ...EFFECTS],
    statement: 'A name cannot be resolved',
    next: 'Check the name itself (a Service that was renamed?), then CoreDNS and the network policies towards it.',
  },
];
