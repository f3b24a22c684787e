import { describe, expect, it } from 'vitest';
import { nameOf, parseHosts, parseNames } from '../../lib/lint/names.ts';
import { withNames } from '../../lib/lint/with-names.ts';
import type { Draft } from '../../lib/rules/rule.ts';
import { moment } from './facts.ts';

describe('names', () => {
  const called = nameOf(
    {
      '10.0.0.5': 'db-1',
      '10.0.0.5:5432': 'orders-db',
      '10.0.0.0/8': 'office',
      '10.1.0.0/16': 'lab',
      ':8443': 'admin',
      '[2001:DB8::0001]:443': 'shop',
      '::ffff:192.0.2.1': 'mapped',
      '2001:db8:7::/48': 'cluster',
    },
    { '10.0.0.5': 'from-hosts', '10.0.0.6': 'hosts-6' },
  );

  it.each([
    ['10.0.0.5', 80, 'db-1'],
    ['10.0.0.5', 5432, 'orders-db'],
    ['10.0.0.6', 80, 'hosts-6'],
    ['10.0.0.7', 80, 'office'],
    ['10.1.2.3', 80, 'lab'],
    ['192.0.2.1', 8443, 'admin'],
    ['192.0.2.1', 80, undefined],
    ['2001:db8::1', 443, 'shop'],
    ['::ffff:192.0.2.1', 1, 'mapped'],
    ['2001:db8:7::9', 1, 'cluster'],
    ['constructor', 1, undefined],
  ])('%s port %d is %s', (address, port, name) => {
    expect(called(address, port)).toBe(name);
  });

  it('the capture’s own names come after the user’s hosts, and before networks', () => {
    expect(called('10.0.0.5', 80, 'captured')).toBe('db-1');
    expect(called('10.0.0.6', 80, 'captured')).toBe('hosts-6');
    expect(called('10.0.0.7', 80, 'captured')).toBe('captured');
  });

  it('a hosts file: the first name counts, comments and nonsense do not', () => {
    const text =
      '# mine\n10.0.0.1\tweb-1 www # here\r\n10.0.0.1 again\n\nfe80::1%lo0 localhost\n2001:DB8::1 six\nlonely\n';
    expect(parseHosts(text)).toEqual({ '10.0.0.1': 'web-1', '2001:db8::1': 'six' });
  });

  it('says what is wrong', () => {
    const problems: string[] = [];
    parseNames({ '10.0.0': 'x', '10.0.0.0/40': 'x', 'host:99999': 'x', '10.0.0.1': '', ok: 1 }, problems);
    expect(problems).toHaveLength(5);
    expect(problems[0]).toMatch(/^names: "10\.0\.0" is no address/);
    expect(problems[3]).toBe('names: the name of "10.0.0.1" must be text');
    parseNames([], problems);
    expect(problems[5]).toMatch(/^"names" must be an object/);
  });
});

describe('names in findings about the capture', () => {
  const draft: Draft = {
    confidence: 'high',
    message: 'Host 10.0.0.1 opened 9 connections to server 10.0.0.12:80, not 10.0.0.1:80.',
    frames: [],
    start: moment(0),
    end: moment(1),
    impact: {},
    evidence: {},
    endpoints: [
      { address: '10.0.0.1', port: 0, role: 'client' },
      { address: '10.0.0.12', port: 80, role: 'server' },
      { address: '10.0.0.99', port: 0, role: 'host' },
    ],
  };

  it('stand beside the first mention of their address', () => {
    const named = withNames(draft, (address) => ({ '10.0.0.1': 'cron', '10.0.0.12': 'api' })[address]);
    expect(named.message).toBe(
      'Host 10.0.0.1 (cron) opened 9 connections to server 10.0.0.12:80 (api), not 10.0.0.1:80.',
    );
    expect(named.endpoints?.map(({ name }) => name)).toEqual(['cron', 'api', undefined]);
  });
});
