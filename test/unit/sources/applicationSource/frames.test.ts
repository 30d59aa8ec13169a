import { describe, expect, test } from 'vitest';
import { framesIn } from '../../../../src/sources/applicationSource/frames.ts';
import { fileIn } from '../../../../src/sources/applicationSource/paths.ts';

const told = (lines: readonly string[]): readonly string[] =>
  framesIn(lines).map(({ language, file, line }) => `${language} ${file}:${line}`);

describe('stack frames', () => {
  test.each<{ name: string; lines: readonly string[]; want: readonly string[] }>([
    {
      name: 'of Java, without those of frameworks',
      lines: [
        'java.lang.IllegalStateException: no price',
        '\tat com.shop.cart.Cart.add(Cart.java:42) ~[app.jar:1.0]',
        '\tat com.shop.cart.Cart$Line.total(Cart.java:77)',
        '\tat java.base/java.lang.Thread.run(Thread.java:1583)',
        '\tat org.springframework.web.servlet.DispatcherServlet.doGet(DispatcherServlet.java:1)',
        '\tat com.shop.Main$$Lambda/0x000.run(Unknown Source)',
        '\tat app//com.shop.PricesKt.load(Prices.kt:9)',
      ],
      want: ['java com/shop/cart/Cart.java:42', 'java com/shop/cart/Cart.java:77', 'java com/shop/Prices.kt:9'],
    },
    {
      name: 'of Python, without packages',
      lines: [
        'Traceback (most recent call last):',
        '  File "/app/cart.py", line 42, in add',
        '    return price[item]',
        '  File "/usr/lib/python3.12/json/__init__.py", line 1, in loads',
        '  File "<string>", line 1, in <module>',
      ],
      want: ['python /app/cart.py:42'],
    },
    {
      name: 'of Node, without node_modules',
      lines: [
        'TypeError: x is undefined',
        '    at add (/app/src/cart.js:42:7)',
        '    at async Cart.load [as go] (file:///app/src/load.mjs:7:1)',
        '    at /app/src/index.ts:3:1',
        '    at new Cart (/app/node_modules/express/lib/router.js:1:1)',
        '    at node:internal/process/task_queues:95:5',
      ],
      want: ['node /app/src/cart.js:42', 'node /app/src/load.mjs:7', 'node /app/src/index.ts:3'],
    },
    {
      name: 'of Go, without its library',
      lines: [
        'goroutine 1 [running]:',
        'main.add(...)',
        '\t/src/cart/add.go:42 +0x1d',
        '\t/usr/local/go/src/net/http/server.go:2136 +0x29',
        '\t/root/go/pkg/mod/github.com/x/y@v1/z.go:1 +0x1',
      ],
      want: ['go /src/cart/add.go:42'],
    },
    {
      name: 'of Ruby, old and new',
      lines: [
        "/app/cart.rb:42:in `add': no price (RuntimeError)",
        "\tfrom /app/main.rb:7:in 'Object#run'",
        "\tfrom /usr/local/bundle/gems/rack/a.rb:1:in `call'",
      ],
      want: ['ruby /app/cart.rb:42', 'ruby /app/main.rb:7'],
    },
    {
      name: 'of .NET',
      lines: [
        '   at Shop.Cart.Add(Item item, Int32 n) in /src/Cart/Cart.cs:line 42',
        '   at System.Threading.Tasks.Task.Run() in /_/Task.cs:line 1',
      ],
      want: ['dotnet /src/Cart/Cart.cs:42'],
    },
    {
      name: 'of PHP',
      lines: [
        'PHP Fatal error:  Uncaught Error: no price in /var/www/cart.php:42',
        'PHP Warning:  x in /var/www/load.php on line 7',
        '#0 /var/www/index.php(3): add()',
        '#1 /var/www/vendor/a/b.php(1): c()',
      ],
      want: ['php /var/www/cart.php:42', 'php /var/www/load.php:7', 'php /var/www/index.php:3'],
    },
    {
      name: 'of Rust',
      lines: [
        "thread 'main' panicked at src/cart.rs:42:5:",
        '  at ./src/main.rs:7:9',
        '             at /rustc/abc/library/std/src/rt.rs:1:1',
      ],
      want: ['rust src/cart.rs:42', 'rust ./src/main.rs:7'],
    },
    {
      name: 'in one line of JSON',
      lines: [JSON.stringify({ level: 'error', stack: 'Error: x\n    at add (/app/cart.js:42:7)\n\tat com.shop.Cart.add(Cart.java:1)' })],
      want: ['node /app/cart.js:42', 'java com/shop/Cart.java:1'],
    },
    { name: 'once each', lines: ['  at ./src/main.rs:7:9', '  at ./src/main.rs:7:9'], want: ['rust ./src/main.rs:7'] },
    { name: 'of nothing', lines: ['all is well at 10:42', 'GET /cart.js:42', 'see File "x" line 3', ''], want: [] },
  ])('$name', ({ lines, want }) => {
    expect(told(lines)).toEqual(want);
  });

  test('are read in time from lines that were made to be slow', () => {
    const hostile = [
      ' '.repeat(100_000),
      `at ${'a.'.repeat(50_000)}`,
      `${' in '.repeat(30_000)}x.php`,
      `at ${'a '.repeat(50_000)}(`,
      `File "${'/'.repeat(100_000)}`,
      '\\n'.repeat(100_000),
      `#0 ${'a.php('.repeat(20_000)}`,
    ];
    expect(told(Array.from({ length: 200 }, () => hostile).flat())).toEqual([]);
  });

  test('are as many as were asked for', () => {
    expect(
      framesIn(
        Array.from({ length: 50 }, (_, index) => `  at ./src/main.rs:${index + 1}:9`),
        5,
      ),
    ).toHaveLength(5);
  });
});

describe('the file behind a frame', () => {
  const files = [
    'services/cart/src/add.js',
    'services/pay/src/add.js',
    'services/cart/src/load.js',
    'cart.py',
    'lib/cart.py',
    'src/main/java/com/shop/Cart.java',
  ];
  test.each<{ name: string; frame: string; want: string | undefined }>([
    { name: 'shares most of its end', frame: '/app/cart/src/add.js', want: 'services/cart/src/add.js' },
    { name: 'is the only one of its name', frame: '/app/load.js', want: 'services/cart/src/load.js' },
    { name: 'is found by package', frame: 'com/shop/Cart.java', want: 'src/main/java/com/shop/Cart.java' },
    { name: 'is unknown where two fit alike', frame: '/app/src/add.js', want: undefined },
    { name: 'is unknown where none fits', frame: '/app/other.js', want: undefined },
    { name: 'is not one whose name only ends alike', frame: '/app/d.js', want: undefined },
    { name: 'is unknown for no path', frame: '', want: undefined },
  ])('$name', ({ frame, want }) => {
    expect(fileIn(files, frame)).toBe(want);
  });
});
