/// The words of a text.
public enum WordTokens {
  /// Runs of letters and digits of any script, in small letters, in order. Everything else
  /// separates: `Women's T-Shirt` is women, s, t, shirt.
  public static func words(of text: String) -> [String] {
    text.lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init)
  }

  /// A word without the commonest English endings of the plural: watches is watch, dresses is dress,
  /// accessories is accessory, shoes is shoe. Only for comparing: jeans becomes jean on both sides.
  static func stem(of word: String) -> String {
    if word.count > 4, word.hasSuffix("ies") { return word.dropLast(3) + "y" }
    for ending in ["sses", "shes", "ches", "xes", "zzes"] where word.hasSuffix(ending) {
      return String(word.dropLast(2))
    }
    if word.count > 3, word.hasSuffix("s"), !word.hasSuffix("ss") { return String(word.dropLast()) }
    return word
  }
}
