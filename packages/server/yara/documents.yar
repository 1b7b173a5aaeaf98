// Documents and pictures that carry something that runs.
// `begins` and `needs`: how each file begins that a rule is of, and words of which one stands in it. A file of 4 MB or more that has none is not
// scanned, so a pattern has to hold one of its rule's words in each of its forms. `rule-gates.test.ts` tries them.

rule office_reaches_out_to_run
{
  meta:
    id = "HF-0206"
    severity = "high"
    what = "Office part that starts a program or fetches one"
    reference = "https://nvd.nist.gov/vuln/detail/CVE-2022-30190"
    needs = "IT_BrowseForFile | TargetMode | DDEAUTO | DDE c | DDE p | DDE m | DDE \" | DDE ' | DDE \x20 | =cmd| | +cmd| | @cmd| | -cmd| | powershell| | mshta| | rundll32| | msexcel|"
  strings:
    $msdt = /ms-msdt:\/?(id|-id)?/ nocase
    $browse = "IT_BrowseForFile" nocase
    $external = /Target\s{0,4}=\s{0,4}["'](mhtml:|https?:\/\/[^"']{1,400}!|file:\/\/\/\\\\)[^"']{0,400}["'][^>]{0,200}TargetMode\s{0,4}=\s{0,4}["']External/ nocase
    // A field says its name, spaces and what it asks. In each octet more that `DDE` is looked for with it stands in fewer files by chance.
    $dde = /\b(DDEAUTO\b\s{0,8}["']?\s{0,4}|DDE {1,8}(["']\s{0,4})?)(c:\\{1,4}windows\\{1,4}system32|cmd(\.exe)?\b|powershell|mshta|MSEXCEL\\)/ nocase
    $cell = /[=+@-](cmd|powershell|mshta|rundll32|msexcel)\|\s{0,4}['"]?[\t -~\x80-\xff]{1,200}!/ nocase
  condition:
    ($msdt and $browse) or any of ($external, $dde, $cell)
}
