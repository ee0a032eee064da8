/// What the name of a folder says of the part of a data set in it, such as `Training`, `seg_test` or
/// `val2017`.
struct SplitFolder: Hashable {
  /// The part.
  var split: SplitName
  /// What is left of the name when the word for the part and words such as `images` are taken away,
  /// such as `seg` or `2017`. Folders of one division share it.
  var rest: String

  private static let words: [String: SplitName] = [
    "train": .train, "training": .train, "val": .validation, "valid": .validation,
    "validation": .validation, "validate": .validation, "validating": .validation,
    "dev": .validation, "devel": .validation, "development": .validation, "test": .test,
    "testing": .test, "tst": .test, "trn": .train,
  ]
  private static let fillers: Set<String> = [
    "set", "data", "dataset", "image", "images", "img", "imgs", "picture", "pictures", "photos",
    "folder", "split", "samples", "part",
  ]

  /// `nil` where the name holds no word for a part, or several.
  init?(_ name: String) {
    var (split, rest): (SplitName?, [String]) = (nil, [])
    for token in Self.tokens(of: name) where !Self.fillers.contains(token) {
      if let found = Self.split(of: token) {
        if split != nil { return nil }
        split = found
      } else {
        rest.append(token)
      }
    }
    guard let split else { return nil }
    (self.split, self.rest) = (split, rest.joined(separator: " "))
  }

  /// The part that a word stands for, alone or grown together with a filler, as in `trainset`.
  private static func split(of token: String) -> SplitName? {
    if let split = words[token] { return split }
    for (word, split) in words where word.count > 2 && token.hasPrefix(word) {
      if fillers.contains(String(token.dropFirst(word.count))) { return split }
    }
    return nil
  }

  /// Words in small letters: runs of letters or of digits, cut before a capital after a small one.
  private static func tokens(of name: String) -> [String] {
    var (tokens, current): ([String], String) = ([], "")
    var last: Character?
    for character in name {
      let isWord = character.isLetter || character.isNumber
      let isCut =
        last.map { $0.isNumber != character.isNumber || $0.isLowercase && character.isUppercase }
        ?? false
      if !isWord || isCut {
        if !current.isEmpty { tokens.append(current.lowercased()) }
        current = ""
      }
      if isWord { current.append(character) }
      last = isWord ? character : nil
    }
    if !current.isEmpty { tokens.append(current.lowercased()) }
    return tokens
  }

  /// The folders that divide a data set, by name: those with a common rest among which there is a
  /// part to learn from and another one. A folder `train` alone divides as well.
  static func division(of names: [String]) -> [String: SplitName] {
    var groups: [String: [(name: String, split: SplitName)]] = [:]
    for name in names {
      if let folder = SplitFolder(name) {
        groups[folder.rest, default: []].append((name, folder.split))
      }
    }
    let divisions = groups.sorted { Wording.precedes($0.key, $1.key) }.map(\.value).filter {
      group in
      group.contains { $0.split == .train } && group.contains { $0.split != .train }
        || group.contains { $0.name == "train" }
    }
    guard let division = divisions.first else { return [:] }
    return Dictionary(uniqueKeysWithValues: division.map { ($0.name, $0.split) })
  }
}
