/**
 * Words that are no names: what is left of a question without them may be what it is about. And words that people mistype.
 */
const words = (text: string): readonly string[] => text.split(/\s+/u).filter((word) => word !== '');

const FUNCTION_WORDS = words(`
  a about after again ago ahead all also am an and another any anybody anyone anything are around as at away be because been before being between both
  but by can come could did do does doing done down during each either else ever every everybody everything few first for from further get gets getting
  give given gives go goes going good got had has have having he hello help her here hey him his how i if in into is it its just keep keeps kind know
  last latest lately least let like little look looking lot lots make makes many may maybe me might mine moment more most much must my name need needs new
  next no none not nothing now of off ok okay on once one ones only or other our out over own perhaps please possible pretty prod put quick quickly quite
  really recent recently right running runs said same say see seem seems she should since so some somebody someone something somewhere soon still such
  take taken tell than that the their them then there these they thing things think this those through till time to today together told tomorrow tonight
  too touch touched toward try trying two under understand until up upon us use used uses using usually very via want wants was way we well were what when
  where which while who whole whom whose why will wish with within without work working works would yes yesterday yet you your yours jamie hi dear sir
  morning evening afternoon night week weeks day days hour hours minute minutes second seconds min mins sec secs hr hrs month months so-called able thanks
  call weird odd strange looking steps step cronjobs ingresses often return returns returned ready prefer sort sorts across per thank thx cheers great perfect nice ta yo moin whats whos able kindly hmm um well's three four five fourth third fifth ones'
`);

const TOPIC_WORDS = words(`
  golden goldensignals signal signals four key metric metrics latency latencies traffic error errors saturation performance perform performs performing
  p50 p90 p95 p99 percentile rate rates request requests rps qps throughput response responses 500s 5xx 4xx 404s 503s status statuses code codes memory cpu
  usage use disk storage volume quota network restart restarts restarting restarted throttle throttled throttling replicas replica instances slow slower
  slowly fast load high low average mean count number graph chart figures value query promql logql evaluate execute run
  log logs logging logged output stdout stderr tail line lines print previous analyze analyse analysis
  change changed changes changing deploy deployed deploys deploying deployment deployments release released releases rollout rollouts rolled roll history
  commit commits commited committed merged merge applied apply version versions update updates updated upgraded
  cause causes caused root reason reasons failing fails fail failed failure failures broken broke break breaks crash crashes crashing crashed loop looping
  crashlooping wrong problem problems issue issues trouble troubleshoot debug debugging diagnose diagnosis explain investigate investigation happened
  happening happen happens oom killed unhealthy
  incident incidents alert alerts alerting firing fire critical warning severity open closed resolved active pending ongoing handling handles owner owns
  owning assigned acknowledged acknowledge ack oncall looks
  plan plans remediation remediations approval approvals approve approved approves waiting proposed proposal proposals diff
  pod pods container containers node nodes namespace namespaces service services workload workloads deployment statefulset statefulsets daemonset daemonsets
  application app apps job jobs cluster kubernetes kubectl k8s object objects event events
  flux kustomization kustomizations helm helmrelease helmreleases gitops sync synced syncing reconcile reconciled reconciliation argo argocd git repository
  monitor monitored monitoring advice advise suggest suggestion suggestions recommend recommendation recommendations improve missing dashboard dashboards
  health healthy state overview summary summarize summarise details detail report fine outage outages check checks show list find display describe
  examples example commands able answer ask questions question current currently start started begin began shop's
`);

/** What is asked to be done. */
export const ACTING: ReadonlySet<string> = new Set(
  words(`
  restart reboot bounce redeploy deploy delete remove kill terminate evict scale rollback rollout revert undo approve reject apply patch edit drain cordon
  uncordon stop pause resume suspend silence mute close resolve acknowledge ack merge push commit increase decrease raise lower set fix repair remediate exec
  create install uninstall upgrade downgrade cancel execute change update disable enable
`),
);

const ACTING_FORMS = words('back rolling resources limit limits instance redeployed deleted');

export const KNOWN_WORDS: ReadonlySet<string> = new Set([...FUNCTION_WORDS, ...TOPIC_WORDS, ...ACTING, ...ACTING_FORMS]);

/** Words that decide what a question means, where a slip of a letter would lose it. */
export const DECIDING_WORDS: readonly string[] = words(`
  golden signals latency traffic errors saturation memory restart restarts throttled replicas status healthy health broken failing changed deployed
  rollout incidents incident alerts firing plans approval approve logs monitoring advice kustomizations helmreleases metrics performance requests
  diagnose investigate crashing overview problems silence delete scale wrong happened
`);
