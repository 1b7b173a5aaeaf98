import { createHash } from 'node:crypto';

/** System colours and fonts: light, dark and forced colours come from the reader's own settings, and nothing is fetched. */
export const STYLE = `:root{color-scheme:light dark;--line:light-dark(#b9c0cb,#4a5160);--soft:light-dark(#545d6b,#a9b2c1);--card:light-dark(#fff,#1b1f27);--back:light-dark(#eef1f5,#111419);--ink:light-dark(#171b22,#eceff4);--act:light-dark(#1d4fd7,#9bb8ff);--on:light-dark(#fff,#0d1526);--bad:light-dark(#a8071a,#ff9ea6);--badback:light-dark(#fdecee,#3a1519);--goodback:light-dark(#e8f5ec,#15301f)}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;align-content:center;justify-items:center;padding:1rem;font:1rem/1.5 system-ui,sans-serif;background:var(--back);color:var(--ink);overflow-wrap:anywhere}
main{width:100%;max-width:26rem;padding:1.75rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
main.wide{max-width:44rem}
.brand{margin:0 0 .25rem;color:var(--soft)}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}
h2{margin:2rem 0 .5rem;font-size:1.125rem}
p{margin:0 0 1rem}
label{display:block;font-weight:600}
.field{margin:0 0 1rem}
.hint{display:block;color:var(--soft);font-size:.9rem}
input{width:100%;margin:.25rem 0 0;padding:.6rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--soft);border-radius:.5rem;min-height:2.75rem}
input.code{font:600 1.25rem ui-monospace,monospace;letter-spacing:.12em}
input[aria-invalid=true]{border:2px solid var(--bad)}
button,.button{display:inline-block;font:600 1rem/1.5 system-ui,sans-serif;min-height:2.75rem;padding:.55rem 1.1rem;border-radius:.5rem;border:1px solid var(--act);background:var(--act);color:var(--on);cursor:pointer;text-decoration:none}
form.main>button{width:100%}
button.quiet,.button.quiet{background:transparent;color:var(--act)}
button[disabled]{opacity:.6;cursor:default}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
a{color:var(--act)}
.error,.note{margin:0 0 1rem;padding:.75rem 1rem;border-radius:.5rem;border-left:4px solid var(--bad);background:var(--badback)}
.note{border-color:light-dark(#1c7a3d,#6fd391);background:var(--goodback)}
.wrong{display:block;color:var(--bad);font-weight:600}
.ways{margin:1.5rem 0 0;padding:1rem 0 0;border-top:1px solid var(--line);list-style:none}
.ways li{padding:.25rem 0}
.ways form,.rows form{display:inline}
.ways button{width:100%}
.rows{margin:0 0 1rem;padding:0;list-style:none}
.rows li{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between;padding:.75rem 0;border-top:1px solid var(--line)}
.rows small{display:block;color:var(--soft)}
.codes{columns:13rem;white-space:nowrap;margin:0 0 1rem;padding:1rem;border:1px solid var(--line);border-radius:.5rem;list-style:none;font:600 1rem/1.8 ui-monospace,monospace}
.secret{font:600 1.05rem ui-monospace,monospace;letter-spacing:.06em;user-select:all}
.qr{display:block;width:13rem;max-width:100%;height:auto;margin:0 auto 1rem;background:#fff;border-radius:.5rem}
@media(max-width:24rem){body{padding:0;align-content:start}main{border:0;border-radius:0;padding:1.25rem}}
@media(forced-colors:active){.error,.note{border:1px solid}}
@media print{body{display:block;background:#fff}main{border:0}form,.ways{display:none}}`;

/** CSP source of the one style element. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
