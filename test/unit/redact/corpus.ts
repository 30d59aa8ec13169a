/**
 * Secrets as they occur, each in a place where it occurs. They are made up here, from a fixed seed, so that no scanner of
 * repositories takes them for real.
 */

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const ALNUM = LOWER + UPPER + DIGITS;
const BASE64 = `${ALNUM}+/`;
const BASE64URL = `${ALNUM}-_`;
const HEX = `${DIGITS}abcdef`;

/** The same characters for the same seed (a linear congruential generator); the third is always a digit. */
export function drawn(alphabet: string, length: number, seed: number): string {
  let state = (seed * 2_654_435_761 + 12_345) % 2 ** 32;
  let out = '';
  for (let i = 0; i < length; i++) {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    out += i === 2 && /\d/u.test(alphabet) ? '7' : alphabet[Math.floor((state / 2 ** 32) * alphabet.length)];
  }
  return out;
}

const jwt = `eyJ${drawn(BASE64URL, 33, 1)}.eyJ${drawn(BASE64URL, 90, 2)}.${drawn(BASE64URL, 43, 3)}`;
const keyBody = Array.from({ length: 6 }, (_, i) => drawn(BASE64, 64, 40 + i)).join('\n');
const pem = (label: string): string => `-----BEGIN ${label}-----\n${keyBody}\n${drawn(BASE64, 22, 50)}==\n-----END ${label}-----`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

export interface Planted {
  readonly name: string;
  /** What must not come out. */
  readonly secret: string;
  /** `$` stands for the secret. */
  readonly place: string;
}

const planted = (name: string, secret: string, place = '$'): Planted => ({ name, secret, place });

export const ISSUED: readonly Planted[] = [
  planted('AWS access key id in a log line', `AKIA${drawn(`${UPPER}234567`, 16, 1)}`, 'using credentials $ for s3'),
  planted('AWS temporary key id', `ASIA${drawn(`${UPPER}234567`, 16, 2)}`, 'AccessKeyId: $'),
  planted('AWS secret key without a name', drawn(BASE64, 40, 8), 'credential dump: $ end'),
  planted('AWS secret key in a profile', drawn(BASE64, 40, 4), '[default]\naws_secret_access_key = $\nregion = eu-west-1'),
  planted('GCP API key in a query string', `AIza${drawn(BASE64URL, 35, 5)}`, 'GET https://maps.googleapis.com/maps/api/js?key=$&v=3'),
  planted('GCP OAuth access token', `ya29.${drawn(BASE64URL, 60, 6)}`, 'oauth response $ received'),
  planted('GCP OAuth client secret', `GOCSPX-${drawn(BASE64URL, 28, 7)}`, 'client $'),
  planted(
    'GCP service account key file',
    JSON.stringify(pem('PRIVATE KEY')).slice(1, -1),
    '{"type":"service_account","private_key":"$","client_email":"a@b"}',
  ),
  planted('Azure client secret', `${drawn(ALNUM, 3, 8)}8Q~${drawn(BASE64URL, 34, 9)}`, 'AADSTS7000215 sent $ to login'),
  planted(
    'Azure storage account key',
    `${drawn(BASE64, 86, 10)}==`,
    'DefaultEndpointsProtocol=https;AccountName=logs;AccountKey=$;EndpointSuffix=core.windows.net',
  ),
  planted(
    'Azure shared access signature',
    drawn(ALNUM, 43, 11),
    'https://logs.blob.core.windows.net/c/b?sv=2024-01-01&sr=b&sig=$%3D&se=2026-01-01',
  ),
  planted('GitHub personal access token', `ghp_${drawn(ALNUM, 36, 12)}`, 'remote: $ rejected'),
  planted(
    'GitHub app token in a clone URL',
    `ghs_${drawn(ALNUM, 36, 13)}`,
    "fatal: unable to access 'https://x-access-token:$@github.com/acme/shop.git/': 403",
  ),
  planted('GitHub fine-grained token', `github_pat_${drawn(ALNUM, 22, 14)}_${drawn(ALNUM, 59, 15)}`, 'token is $.'),
  planted('GitLab token', `glpat-${drawn(BASE64URL, 20, 16)}`, 'PRIVATE-TOKEN: $'),
  planted('GitLab runner token', `glrt-t1_${drawn(BASE64URL, 20, 17)}`, 'runner registered with $'),
  planted('Slack bot token', `xoxb-${drawn(DIGITS, 12, 18)}-${drawn(DIGITS, 12, 19)}-${drawn(ALNUM, 24, 20)}`, 'posting with $'),
  planted('Slack app token', `xapp-1-A${drawn(UPPER + DIGITS, 10, 21)}-${drawn(DIGITS, 13, 22)}-${drawn(HEX, 64, 23)}`, '{"slack":"$"}'),
  planted(
    'Slack webhook',
    `T${drawn(UPPER, 8, 24)}/B${drawn(UPPER, 8, 25)}/${drawn(ALNUM, 24, 26)}`,
    'notify https://hooks.slack.com/services/$ failed',
  ),
  planted(
    'Telegram bot token in a URL',
    `${drawn('123456789', 10, 27)}:AA${drawn(BASE64URL, 33, 28)}`,
    'https://api.telegram.org/bot$/sendMessage',
  ),
  planted('Telegram bot token', `${drawn('123456789', 9, 29)}:AA${drawn(BASE64URL, 33, 30)}`, 'polling as $'),
  planted('OpenAI project key', `sk-proj-${drawn(BASE64URL, 74, 31)}`, 'Incorrect API key provided: $.'),
  planted('OpenAI legacy key', `sk-${drawn(ALNUM, 48, 32)}`, "openai.api_key='$'"),
  planted('Anthropic key', `sk-ant-api03-${drawn(BASE64URL, 93, 33)}AA`, 'x-api-key: $'),
  planted('Stripe live key', `sk_live_${drawn(ALNUM, 24, 34)}`, 'stripe.Key = "$"'),
  planted('Stripe webhook secret', `whsec_${drawn(ALNUM, 32, 35)}`, 'verify $ failed'),
  planted('npm token in .npmrc', `npm_${drawn(ALNUM, 36, 36)}`, '//registry.npmjs.org/:_authToken=$'),
  planted('JSON Web Token in a log line', jwt, 'claims of $ expired'),
  planted('service account token in a kubeconfig', jwt, 'users:\n- name: ci\n  user:\n    token: $'),
  planted('Hugging Face token', `hf_${drawn(ALNUM, 34, 37)}`, 'HF $'),
  planted('Vault token', `hvs.${drawn(BASE64URL, 90, 38)}`, 'lookup-self $ denied'),
  planted('SendGrid key', `SG.${drawn(BASE64URL, 22, 39)}.${drawn(BASE64URL, 43, 40)}`, 'smtp auth $'),
  planted('Docker Hub token', `dckr_pat_${drawn(BASE64URL, 27, 41)}`, 'docker login with $'),
  planted('Grafana service account token', `glsa_${drawn(ALNUM, 32, 42)}_${drawn(HEX, 8, 43)}`, 'grafana $'),
  planted('token after an escaped line break', `ghp_${drawn(ALNUM, 36, 44)}`, '{"msg":"env:\\n$\\nend"}'),
  planted(
    'token that only a boundary tells, after an escaped line break',
    `AKIA${drawn(`${UPPER}234567`, 16, 48)}`,
    '{"msg":"env:\\n$\\nend"}',
  ),
  planted('token after a colour', `glpat-${drawn(BASE64URL, 20, 45)}`, '\u001b[31m$\u001b[0m'),
  planted('token in a URL-encoded query', `gho_${drawn(ALNUM, 36, 46)}`, 'redirect=%2Fcb%3Faccess%3D$%26x%3D1'),
  planted('bcrypt hash', `$2b$12$${drawn(ALNUM, 53, 47)}`, 'row: admin|$|active'),
];

const word = 'correct-horse';
export const NAMED: readonly Planted[] = [
  planted('shell assignment', word, 'export DB_PASSWORD=$'),
  planted('quoted shell assignment with spaces', 'correct horse battery', 'PGPASSWORD="$" psql -h db'),
  planted('JSON', word, '{"user":"cart","password":"$","port":5432}'),
  planted('JSON with an escaped quote inside', 'cor\\"rect', '{"password":"$","user":"cart"}'),
  planted('JSON in a JSON string', word, '{"msg":"{\\"clientSecret\\":\\"$\\",\\"id\\":1}"}'),
  planted('JSON in JSON in a JSON string', word, '"{\\\\\\"api_key\\\\\\":\\\\\\"$\\\\\\",\\\\\\"x\\\\\\":1}"'),
  planted('YAML', word, 'database:\n  user: cart\n  password: $\n  port: 5432'),
  planted('YAML with spaces in the value', 'correct horse battery', 'password: $ # rotate\nuser: cart'),
  planted('YAML block scalar', 'correct\n    horse', 'app:\n  secret_key: |\n    $\n  debug: true'),
  planted('logfmt', word, 'level=info msg="login" user=cart token=$ status=200'),
  planted('query string', word, 'GET /v1/items?page=2&api_key=$&sort=asc HTTP/1.1'),
  planted('connection string of ADO.NET', word, 'Server=db,1433;User Id=sa;Password=$;Encrypt=true'),
  planted('libpq keywords', word, 'could not connect: host=db user=cart password=$ dbname=shop'),
  planted('postgres URL', word, 'postgres://cart:$@db.shop:5432/cart?sslmode=require'),
  planted('password with a slash and an at sign in a URL', 'cor/re@ct', 'DATABASE_URL=postgresql+psycopg2://cart:$@db:5432/cart'),
  planted('mongodb+srv URL', word, 'mongodb+srv://cart:$@cluster0.example.net/?retryWrites=true'),
  planted('amqp URL', word, 'dial amqp://cart:$@rabbit:5672/ failed'),
  planted('redis URL without a user', word, 'redis://:$@redis:6379/0'),
  planted('Go MySQL DSN', word, 'sql.Open("mysql", "cart:$@tcp(db:3306)/cart")'),
  planted('basic authentication in a URL', word, 'curl https://ci:$@jenkins.example.com/job/x'),
  planted('Sentry DSN', drawn(HEX, 32, 60), 'dsn https://$@o12.ingest.sentry.io/34'),
  planted('token in the place of a user', drawn(ALNUM, 40, 63), 'https://$:x-oauth-basic@git.example.com/a/b.git'),
  planted('Bearer header', word, 'Authorization: Bearer $\nAccept: */*'),
  planted('Basic header', base64(`cart:${word}`), "curl -H 'Authorization: Basic $' https://example.com/x"),
  planted('headers printed by Go', word, 'map[Accept:[*/*] Authorization:[Bearer $] Host:[x]]'),
  planted('headers printed by JavaScript', word, "{ host: 'x', authorization: 'Bearer $' }"),
  planted('API key header', word, '> X-Api-Key: $'),
  planted('cookie', word, 'Cookie: theme=dark; session=$; lang=en'),
  planted('set-cookie', word, '"Set-Cookie":["sid=$; Path=/; HttpOnly"],"x":1'),
  planted('flag with a space', word, 'exec: mysqld --root-password $ --port 3306'),
  planted('flag with an equals sign', word, 'args: --client-secret=$ --listen=:8080'),
  planted('flag in a JSON list', word, '"args":["--password","$","--verbose"]'),
  planted('flag in a YAML list', word, 'args:\n- --password\n- $\n- --verbose'),
  planted('mysql -p', word, 'sh -c mysql -uroot -p$ shop'),
  planted('sshpass', word, 'sshpass -p $ ssh host'),
  planted('curl -u', word, 'curl -u ci:$ https://example.com'),
  planted('environment of a container in JSON', word, '{"env":[{"name":"DB_PASSWORD","value":"$"},{"name":"PORT","value":"80"}]}'),
  planted('environment of a container in YAML', word, 'env:\n- name: STRIPE_API_KEY\n  value: $\n- name: PORT\n  value: "80"'),
  planted('environment printed by Go', word, 'EnvVar{Name:DB_PASSWORD,Value:$,ValueFrom:nil,}'),
  planted('Secret in YAML, whose kind stands below its data', base64(word), 'apiVersion: v1\ndata:\n  anything: $\nkind: Secret'),
  planted('Secret in JSON', base64(word), '{"apiVersion":"v1","data":{"anything":"$"},"kind":"Secret"}'),
  planted('stringData', word, 'kind: Secret\nstringData:\n  config: $\n'),
  planted(
    'Secret in an annotation',
    base64(word),
    '"{\\"apiVersion\\":\\"v1\\",\\"data\\":{\\"anything\\":\\"$\\"},\\"kind\\":\\"Secret\\"}"',
  ),
  planted('docker config', base64(`ci:${word}`), '{"auths":{"registry.example.com":{"auth":"$"}}}'),
  planted('client key of a kubeconfig', base64(pem('RSA PRIVATE KEY')), '    client-key-data: $'),
  planted('client key of a kubeconfig under another name', base64(pem('EC PRIVATE KEY')), 'blob: $'),
  planted('private key over lines', keyBody, `loaded\n${pem('RSA PRIVATE KEY').replace(keyBody, '$')}\nready`),
  planted(
    'SSH key behind log prefixes',
    drawn(BASE64, 70, 61),
    'app | -----BEGIN OPENSSH PRIVATE KEY-----\napp | $\napp | -----END OPENSSH PRIVATE KEY-----\napp | up',
  ),
  planted('private key that was cut off', drawn(BASE64, 64, 62), '-----BEGIN PRIVATE KEY-----\n$\nnext line of the log'),
  planted('XML', word, '<server><username>ci</username><password>$</password></server>'),
  planted('Java properties', word, 'spring.datasource.password=$'),
  planted('Python dictionary', word, "{'user': 'cart', 'password': '$'}"),
  planted('Ruby hash', word, '{:user=>"cart", :password=>"$"}'),
  planted('PHP array', word, '[password] => $'),
  planted('coloured key', word, '\u001b[36mpassword\u001b[0m=$ \u001b[36muser\u001b[0m=cart'),
  planted('SQL', word, "ALTER USER cart IDENTIFIED BY '$';"),
  planted('SQL of PostgreSQL', word, "CREATE ROLE cart WITH LOGIN PASSWORD '$'"),
  planted('.netrc', word, 'machine git.example.com login ci password $'),
  planted('name of two words', word, 'Your API key: $ (keep it safe)'),
  planted('card number', '4111 1111 1111 1111', 'paid with $ today'),
  planted('card number without spaces', '378282246310005', 'pan=$'),
];

export const CORPUS: readonly Planted[] = [...ISSUED, ...NAMED];

export const textOf = ({ secret, place }: Planted): string => place.split('$').join(secret);

/** What a diagnosis needs, and what looks like a secret to a careless eye. */
export const HARMLESS: readonly (readonly [name: string, text: string])[] = [
  ['image digest', `registry.example.com/shop/cart@sha256:${drawn(HEX, 64, 70)}`],
  ['commit id', `commit ${drawn(HEX, 40, 71)} (main)`],
  ['UUID', 'uid: 3f2c1a90-1234-4cde-9abc-def012345678'],
  [
    'trace and span ids',
    `trace_id=${drawn(HEX, 32, 72)} span_id=${drawn(HEX, 16, 73)} traceparent=00-${drawn(HEX, 32, 74)}-${drawn(HEX, 16, 75)}-01`,
  ],
  ['pod, ReplicaSet and node names', 'pod/checkout-service-7d9f8b6c5d-x2x4z on gke-prod-default-pool-4c1a8d3e-k7xw'],
  ['resource version', '"resourceVersion":"184467440737"'],
  ['key whose value is an identifier', 'request_id=0ujtsYcgvSTl8PAuAdqWYSMnLOv next'],
  ['ULID', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
  ['Amazon trace header', 'X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793'],
  ['role in an ARN', 'arn:aws:iam::123456789012:role/eksctl-prod-nodegroup-NodeInstanceRole-1K3J9X2LZQ8P7aB4'],
  ['integrity hash', `sha512-${drawn(BASE64, 86, 76)}==`],
  ['fingerprint of a host key', `SHA256:${drawn(BASE64, 43, 77)}`],
  ['public SSH key', `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5${drawn(ALNUM, 48, 78)} ci`],
  ['certificate', `-----BEGIN CERTIFICATE-----\n${drawn(BASE64, 64, 79)}\n${drawn(BASE64, 64, 80)}\n-----END CERTIFICATE-----`],
  ['CA bundle', `certificate-authority-data: ${base64(`-----BEGIN CERTIFICATE-----\n${drawn(BASE64, 64, 81)}`)}`],
  ['reference to a Secret', 'valueFrom:\n  secretKeyRef:\n    key: password\n    name: db-credentials'],
  ['environment as kubectl describes it', "DB_PASSWORD:  <set to the key 'password' in secret 'db'>  Optional: false"],
  ['missing Secret', 'MountVolume.SetUp failed for volume "tls" : secret "cart-tls" not found'],
  ['missing key', "couldn't find key password in Secret shop/db-credentials"],
  ['Secret as a volume', 'secret:\n  secretName: cart-tls\n  defaultMode: 420'],
  ['Secret named by a controller', 'secret="shop/cart-tls" msg="renewed"'],
  ['pull secrets', 'imagePullSecrets:\n- name: regcred\nImage pull secrets:  regcred\nTokens:  default-token-abcde'],
  ['token counts', 'prompt_tokens=812 max_tokens: 4096 "total_tokens":900'],
  ['token settings', 'tokenExpirationSeconds: 3607 token_ttl=1h automountServiceAccountToken: false'],
  ['paths to secrets', '--token-file=/var/run/t --password=/etc/creds/pw token: /var/run/secrets/kubernetes.io/serviceaccount/token'],
  ['variables', 'password: ${DB_PASSWORD} token=$(TOKEN) secret: "{{ .Values.secret }}"'],
  ['literals', 'password: null, token=true secret="" authorization: none'],
  ['authentication that failed', 'FATAL: password authentication failed for user "cart"'],
  ['parser error', 'SyntaxError: unexpected token: }'],
  ['URL without credentials', 'https://api.example.com:8443/v1/users/42?page=2&sort=name#top'],
  ['URL with a user only', 'ssh://git@github.com/acme/shop.git'],
  ['npm scope in a URL', 'https://registry.npmjs.org/@types/node/-/node-24.0.0.tgz'],
  ['URL that Go redacted', 'postgres://cart:xxxxx@db:5432/cart'],
  ['CamelCase', 'FailedCreatePodSandBoxForContainer2WithError com.example.shop.CartServiceImplV2$$EnhancerBySpringCGLIB$$1a2b3c4d.get'],
  ['Go stack', 'main.(*Server).handle(0xc0000b2000, {0x1029f3a80, 0x14000126018})\n\t/app/main.go:42 +0x1d4'],
  ['kubelet path', '/var/lib/kubelet/pods/3f2c1a90-1234-4cde-9abc-def012345678/volumes/kubernetes.io~projected/kube-api-access-x7k2p'],
  ['container id in a path', `path=/run/containerd/io.containerd.runtime.v2.task/k8s.io/${drawn(HEX, 64, 83)}/rootfs`],
  ['integrity hash with slashes in a row', `"sha512-++Q/+/${drawn(BASE64, 80, 84)}=="`],
  ['literals in indented JSON', '{\n  "automountServiceAccountToken": true,\n  "password": null\n}'],
  ['nanoseconds', 'ts=1767225600123456789 dur=4111111111111112'],
  ['working directory', 'PWD=/app OLDPWD=/'],
  ['names that begin like tokens', 'npm_config_registry_for_everything_2 hf_hub_download_with_progress sk-nothing task-sk-runner-2'],
  ['ConfigMap', 'apiVersion: v1\ndata:\n  level: info1234\n  mode: abcdEFGH\nkind: ConfigMap'],
  ['cookie jar path', 'cookie-file: /tmp/c'],
  ['bearer in prose', 'missing bearer token, Basic auth is disabled'],
  ['user and group ids', 'docker run -u 1000:1000 app'],
  ['test counts', 'pass: 12 fail: 3'],
  ['etag', `etag="${drawn(ALNUM, 32, 82)}"`],
];
