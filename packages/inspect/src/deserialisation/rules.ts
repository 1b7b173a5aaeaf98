import type { RuleDescription } from '../types.ts';

export const DESERIALISATION_RULES: readonly RuleDescription[] = [
  {
    id: 'deserialisation.java',
    group: 'deserialisation',
    title: 'Serialised Java object',
    explanation: 'The value begins as a stream of Java serialisation, raw, in hexadecimal or Base64 (CWE-502).',
  },
  {
    id: 'deserialisation.php',
    group: 'deserialisation',
    title: 'Serialised PHP object',
    explanation:
      'The value holds an object as unserialize() of PHP reads it; arrays and plain values alone do not count (CWE-502).',
  },
  {
    id: 'deserialisation.python',
    group: 'deserialisation',
    title: 'Python pickle',
    explanation: 'The value is a pickle, which names the functions to call while it is read (CWE-502).',
  },
  {
    id: 'deserialisation.dotnet',
    group: 'deserialisation',
    title: 'Serialised .NET object',
    explanation: 'The value is a BinaryFormatter or LosFormatter stream (CWE-502).',
  },
  {
    id: 'deserialisation.ruby',
    group: 'deserialisation',
    title: 'Ruby Marshal object',
    explanation: 'The value is a Marshal stream that begins with an object or class (CWE-502).',
  },
  {
    id: 'deserialisation.tag',
    group: 'deserialisation',
    title: 'Tag that makes an object',
    explanation: 'A tag of YAML, or an element of XMLDecoder or XStream, names the class to be made (CWE-502).',
  },
  {
    id: 'deserialisation.gadget',
    group: 'deserialisation',
    title: 'Class used to run code while reading data',
    explanation: 'The value names a class known for what it does when data readers create it (CWE-502, CWE-470).',
  },
];
