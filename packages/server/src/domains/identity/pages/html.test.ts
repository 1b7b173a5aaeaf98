import { describe, expect, test } from 'vitest';
import { markup, trusted } from './html.ts';

describe('a template', () => {
  test('escapes every value, in text and in attributes', () => {
    const hostile = `<script>"'&</script>`;
    expect(markup`<p title="${hostile}">${hostile}</p>`.text).toBe(
      '<p title="&lt;script&gt;&quot;&#39;&amp;&lt;/script&gt;">&lt;script&gt;&quot;&#39;&amp;&lt;/script&gt;</p>',
    );
  });
  test('takes in HTML and lists of it as they are, and leaves out what is not there', () => {
    const items = ['a<b', 'c'].map((text) => markup`<li>${text}</li>`);
    expect(markup`<ul>${items}${null}${false}${0}</ul>${trusted('<hr>')}`.text).toBe('<ul><li>a&lt;b</li><li>c</li>0</ul><hr>');
  });
});
