// Programs and scripts that steal, dig or lock.
// `begins` and `needs`: how each file begins that a rule is of, and words of which one stands in it. A file of 4 MB or more that has none is not
// scanned, so a pattern has to hold one of its rule's words in each of its forms. `rule-gates.test.ts` tries them.
import "pe"

rule pe_is_packed
{
  meta:
    id = "HF-0301"
    severity = "medium"
    what = "Windows program that was packed to hide what it does"
    reference = "https://attack.mitre.org/techniques/T1027/002/"
    begins = "4d5a"
  condition:
    uint16be(0) == 0x4D5A and pe.is_pe and (
      for any section in pe.sections : (
        section.name startswith "UPX" or section.name startswith ".aspack" or section.name startswith ".petite"
        or section.name startswith ".MPRESS" or section.name startswith ".themida" or section.name startswith ".vmp"
        or section.name startswith ".enigma" or section.name startswith ".nsp" or section.name startswith "pec")
    )
}

rule html_smuggles_a_program
{
  meta:
    id = "HF-0308"
    severity = "medium"
    what = "Page that puts a program together and saves it"
    reference = "https://attack.mitre.org/techniques/T1027/006/"
    needs = "Uint8Array | atob( | atob ( | atob\x09("
  strings:
    $decode = /(atob[ \t]?\(|Uint8Array\s{0,4}\()/
    $blob = /new\s{1,4}Blob\s{0,4}\(/
    $save = /(\.\s{0,4}download\s{0,4}=|msSaveOrOpenBlob|msSaveBlob)/
    $click = /\.\s{0,4}click\s{0,4}\(\s{0,4}\)/
    $program = /["'`](TVqQAAMAAAAEAAAA|TVpQAAIAAAAEAA8A|UEsDBBQA[A-Za-z0-9+\/]{2000}|TVoAAAAAAAAAAAAA)/
    $named = /download\s{0,4}=\s{0,4}["'][^"'\n]{1,80}\.(exe|scr|iso|img|lnk|js|vbs|hta|msi|bat|cmd)["']/ nocase
  condition:
    filesize < 16MB and $decode and $blob and $save and $click and any of ($program, $named)
}
