/**
 * Classes whose creation or properties run code, connect to directories or load files; named in public advisories of the libraries
 * they belong to. All of them are long compound words that no form and no log line asks for.
 */
const JAVA = [
  'JdbcRowSetImpl TemplatesImpl InvokerTransformer InstantiateTransformer InstantiateFactory ChainedTransformer ConstantTransformer CloneTransformer',
  'ForClosure WhileClosure TransformedMap LazyMap TiedMapEntry BadAttributeValueExpException AnnotationInvocationHandler FactoryTransformer',
  'PrototypeCloneFactory PrototypeSerializationFactory BeanComparator JndiRefForwardingDataSource JndiDataSourceFactory JndiRefConnectionPool',
  'WrapperConnectionPoolDataSource PoolBackedDataSource PropertyPathFactoryBean SimpleJndiBeanFactory DefaultBeanFactoryPointcutAdvisor',
  'AbstractBeanFactoryPointcutAdvisor MethodInvokingFactoryBean ClassPathXmlApplicationContext FileSystemXmlApplicationContext',
  'DriverAdapterCPDS SharedPoolDataSource PerUserPoolDataSource JndiConverter JtaTransactionConfig JndiTemplate JndiObjectFactory',
  'ConvertedClosure MethodClosure ScriptEngineManager ObjectDataProvider RemoteObjectInvocationHandler UnicastRemoteObject',
  'SignedObject HotSwappableTargetSource XStringForFSB LdapAttribute LazySearchEnumerationImpl BasicPropertyEditor XMLDecoder',
  'MarshalOutputStream ProxyLazyValue SwingLazyValue TrAXFilter EqualsBean ToStringBean ObjectBean ReferenceWrapper',
];
const DOTNET = [
  'ObjectDataProvider AssemblyInstaller SessionSecurityToken ActivitySurrogateSelector TypeConfuseDelegate TextFormattingRunProperties',
  'ToolboxItemContainer AxHostState XamlReader LosFormatter BinaryFormatter NetDataContractSerializer SettingsPropertyValue RolePrincipal',
  'WindowsClaimsIdentity ResXResource SoapFormatter ObjectStateFormatter PSObject ExpandedWrapper',
];
const NAMES = [...JAVA, ...DOTNET].flatMap((line) => line.split(' ').map((name) => name.toLowerCase()));
const KNOWN: ReadonlySet<string> = new Set(NAMES);
const LENGTH_MAX = Math.max(...NAMES.map((name) => name.length));
/** Lengths of the names by their first letter, as bits: nearly every other word is told apart without being cut out. */
const LENGTHS: readonly number[] = Array.from({ length: 128 }, (_, code) => lengthsOf(String.fromCharCode(code)));

function lengthsOf(letter: string): number {
  let bits = 0;
  for (const name of NAMES) if (name.startsWith(letter)) bits |= 1 << (name.length % 32);
  return bits;
}

/** A class that is known for what it does while data is read, and where it is named. */
export interface Gadget {
  name: string;
  span: readonly [number, number];
  /** Behind a package or assembly name, as type names in data are written. */
  isQualified: boolean;
}

/** The first class of the list in a text. */
export function findGadget(value: string): Gadget | undefined {
  for (let start = 0; start < value.length; start++) {
    if (!isLetter(value.charCodeAt(start))) continue;
    let end = start + 1;
    while (end < value.length && isNamePart(value.charCodeAt(end))) end++;
    const bits = LENGTHS[value.charCodeAt(start) | 32] ?? 0;
    if (end - start <= LENGTH_MAX && (bits & (1 << ((end - start) % 32))) !== 0) {
      const name = value.slice(start, end);
      const before = value.charAt(start - 1);
      if (KNOWN.has(name.toLowerCase())) return { name, span: [start, end], isQualified: before === '.' || before === '$' };
    }
    start = end;
  }
  return undefined;
}

function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}

function isNamePart(code: number): boolean {
  return isLetter(code) || (code >= 48 && code <= 57) || code === 95;
}

/** Packages from which a type in data may come only by mistake or attack. */
export const GADGET_PACKAGE: RegExp =
  /^(?:\[?L?)?(?:java\.(?:lang|net|io|rmi|beans|security)|javax\.(?:naming|script|management|swing|imageio|media)|sun\.|com\.sun\.|jdk\.nashorn|org\.apache\.(?:commons|xalan|xbean|bcel|ibatis|tomcat|shiro|openjpa|aries|hadoop|ignite|cocoon|axis2|log4j|velocity|catalina)|org\.springframework|com\.mchange|ch\.qos\.logback|com\.zaxxer|oracle\.jdbc|org\.codehaus|org\.hibernate|br\.com\.anteros|com\.caucho|net\.sf\.ehcache|com\.newrelic|org\.jdom|org\.jboss|com\.ibatis|org\.quartz|bsh\.|clojure\.|groovy\.|System\.(?:Windows|Diagnostics|Configuration|Management|IO|Web|Security|Activities|Workflow|Reflection|Data)|Microsoft\.|PresentationFramework)[\w.$]/;
