import { describe, expect, test } from 'vitest';
import { inspectRequest } from '../inspect.ts';

const isBlocked = (value: string): boolean =>
  inspectRequest(
    { method: 'POST', path: '/', fields: [{ location: 'multipart', name: 'f', value, isFile: true }] },
    { groups: ['code'] },
  ).findings.some(({ rule, blocks }) => rule === 'code.script-file' && blocks);

describe('beginnings of uploaded files', () => {
  test.each([
    '<?php echo 1;',
    '\ufeff\n<?= $_GET[0] ?>',
    'GIF89a;\n<?php phpinfo();',
    '<%@ page import="java.io.*" %>',
    '<!-- x --><%eval request("x")%>',
    '<cfexecute name="id"></cfexecute>',
    '<html><body><?php system($_GET["c"]); ?></body></html>',
  ])('a page that servers run is blocked: %s', (value) => {
    expect(isBlocked(value)).toBe(true);
  });

  test.each([
    '#!/bin/sh\nrm -rf build\n',
    "const { execSync } = require('child_process');\nexecSync('make');",
    'import os\nos.system("make")\n',
    'Runtime.getRuntime().exec("make");',
    '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    '# Notes\n\nPages of PHP begin with `<?php` and run on the server.\n',
    'GIF89a and other formats of pictures',
    '<html><body><p>Use %&lt;</p></body></html>',
    'id;name\n1;<b>\n',
  ])('sources, notes and pages without scripts pass: %s', (value) => {
    expect(isBlocked(value)).toBe(false);
  });
});
