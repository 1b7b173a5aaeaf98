import { describe, expect, test } from 'vitest';
import { faultsOfErrorPages } from './error-page.ts';

const faults = (html: string): string[] =>
  faultsOfErrorPages({ pages: { '403': html }, jsonPaths: [] }).map(({ pointer, detail }) => `${pointer} ${detail}`);
const page = (inner: string): string => `<!doctype html><title>Sorry</title><p>Number {{request_id}}</p>${inner}`;

describe('a page of the operator', () => {
  test('of text, a style, pictures and links is taken as it is', () => {
    const whole = page(`<meta charset="utf-8"><link rel="icon" href="/favicon.ico"><link rel="stylesheet" href="/site.css">
      <style>p { color: #333 }</style><h1>{{ status }} {{title}}</h1><p>{{detail}} {{time}}</p>
      <a href="mailto:{{contact}}">{{contact}}</a> <a href="/">home</a> <a href="https://status.example.org/x">status</a> <a href="help.html#top">help</a>
      <img src="data:image/png;base64,AAAA" alt=""><img src="/logo.svg" alt="">`);
    expect(faults(whole)).toEqual([]);
  });

  test.each([
    ['<script>alert(1)</script>', /<script>/u],
    ['<SCRIPT SRC=//evil.test/x>', /<script>/u],
    ['<p onclick="x()">a</p>', /onclick/u],
    ['<img src=x onerror=alert(1)>', /onerror/u],
    ['<a href="javascript:alert(1)">a</a>', /address in href/u],
    ['<a href=" java\tscript:alert(1)">a</a>', /address in href/u],
    ['<a href="//evil.test">a</a>', /address in href/u],
    ['<img src="data:image/svg+xml,<svg onload=alert(1)>">', /address in src/u],
    ['<iframe src="/x"></iframe>', /<iframe>/u],
    ['<svg><a></a></svg>', /<svg>/u],
    ['<form action="/x"></form>', /<form>/u],
    ['<base href="https://evil.test/">', /<base>/u],
    ['<meta http-equiv="refresh" content="0;url=https://evil.test">', /refresh/u],
    ['<link rel="preload" href="/x">', /<link>/u],
    ['<p style="color:red">a</p>', /style attributes/u],
    ['<style>p::after { content: "{{title}}" }</style>', /within <style>/u],
    ['{{upstream}}', /upstream/u],
    ['{{constructor}}', /constructor/u],
  ])('with %s is refused', (inner, why) => {
    const found = faults(page(inner));
    expect(found).not.toEqual([]);
    expect(found.join('\n')).toMatch(why);
    expect(found.every((text) => text.startsWith('/errors/pages/403 '))).toBe(true);
  });

  test('without the number of the request is refused, however nice', () => {
    expect(faults('<h1>Sorry</h1>')).toEqual([
      '/errors/pages/403 must show {{request_id}}: without it nobody can say what happened',
    ]);
  });

  test('that is hostile to its reader ends all the same, with a few faults', () => {
    const hostile = page(`${'<p onclick=a>'.repeat(2000)}${'{{x}}'.repeat(2000)}${'<'.repeat(2000)}`);
    expect(faults(hostile).length).toBeLessThanOrEqual(20);
  });
});
