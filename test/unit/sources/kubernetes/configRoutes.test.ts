import { describe, expect, test, vi } from 'vitest';
import { routesIn } from '../../../../src/sources/kubernetes/configRoutes.ts';

const owner = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gateway' };
/** `name path namespace/service:port` */
const read = (text: string): string[] =>
  routesIn(owner, text, 'configmap/shop/gateway').map(({ name, path, backend: { namespace, service, port } }) =>
    `${name} ${path} ${namespace}/${service}${port === undefined ? '' : `:${port}`}`.trim(),
  );

const list = (uri: string): string => `routes:\n  - id: cart\n    uri: ${uri}\n    predicates: [Path=/cart/**]`;
const CART = 'cart /cart/** shop/cart';

describe('routesIn', () => {
  test.each([
    { name: 'a load-balanced URI', text: list('lb://cart'), want: [CART] },
    { name: 'a URL with a port', text: list('http://cart:8080'), want: [`${CART}:8080`] },
    { name: 'a URL with a path', text: list('http://cart:8080/base'), want: [`${CART}:8080`] },
    { name: 'a full domain', text: list('http://cart.shop.svc.cluster.local:8080'), want: [`${CART}:8080`] },
    { name: 'another namespace', text: list('http://cart.other'), want: ['cart /cart/** other/cart'] },
    // oxlint-disable-next-line no-template-curly-in-string
    { name: 'a default in place of a variable', text: list('"http://${CART_HOST:cart}:${CART_PORT:8080}"'), want: [`${CART}:8080`] },
    // oxlint-disable-next-line no-template-curly-in-string
    { name: 'a variable without a default is passed over', text: list('"http://${CART_HOST}:8080"'), want: [] },
    {
      name: 'dotted keys',
      text: 'spring.cloud.gateway.routes:\n  - id: cart\n    uri: lb://cart\n    predicates:\n      - Path=/cart/**',
      want: [CART],
    },
    {
      name: 'properties',
      text: [
        'server.port=8080',
        'spring.cloud.gateway.routes[0].id=cart',
        'spring.cloud.gateway.routes[0].uri=http://cart:8080',
        'spring.cloud.gateway.routes[0].predicates[0]=Path=/cart/**',
      ].join('\n'),
      want: [`${CART}:8080`],
    },
    {
      name: 'predicates in full',
      text: 'routes:\n  - id: cart\n    uri: lb://cart\n    predicates:\n      - name: Path\n        args: { pattern: /cart/** }',
      want: [CART],
    },
    { name: 'JSON', text: '{"routes": [{"name": "cart", "path": "/cart/**", "service": "cart"}]}', want: [CART] },
    { name: 'several documents', text: `kind: x\n---\n${list('lb://cart')}`, want: [CART] },
    {
      name: 'locations of nginx, with modifiers',
      text: 'server { location ~* ^/cart { proxy_pass http://cart:80; } location = /a { return 200; } }',
      want: ['^/cart shop/cart:80'],
    },
    {
      name: 'locations with a block within',
      text: 'location /cart {\n  if ($request_method = OPTIONS) {\n    return 204;\n  }\n  proxy_pass http://cart:80;\n}',
      want: ['/cart shop/cart:80'],
    },
    {
      name: 'an upstream',
      text: 'upstream back_end { least_conn; server cart:8080 weight=2; }\nserver { location /cart { proxy_pass http://back_end/; } }',
      want: ['/cart shop/cart:8080'],
    },
    {
      name: 'a variable of nginx',
      text: 'location /cart { set $up http://cart.shop.svc:8080; proxy_pass $up; }',
      want: ['/cart shop/cart:8080'],
    },
    { name: 'comments are none', text: '# location /cart { proxy_pass http://cart; }\nlocation / { root /srv; }', want: [] },
    { name: 'prose is none', text: 'All routes lead to Rome: take the first.', want: [] },
    { name: 'half a document is none', text: 'routes: [ {id: cart, uri: "lb://', want: [] },
    { name: 'what is too long is none', text: `${'#'.repeat(70_000)}\n${list('lb://cart')}`, want: [] },
    { name: 'a chain of aliases is none', text: `a: &a [x]\nb: &b [*a, *a]\nroutes: [*b, *b]`, want: [] },
  ])('$name', ({ text, want }) => {
    expect(read(text)).toEqual(want);
  });

  test('hostile text is read to its end, and gives nothing', () => {
    expect(read('location '.repeat(7_000))).toEqual([]);
    expect(read(`location /x { ${'{'.repeat(60_000)}`)).toEqual([]);
    expect(read(`routes: ${'['.repeat(20_000)}`)).toEqual([]);
  });

  test('hostile text is not repeated as a warning of the process', () => {
    const warned = vi.spyOn(process, 'emitWarning');
    expect(read(`${list('lb://cart')}\n? [delete, {all: of it}]\n: now`)).toEqual([CART]);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});
