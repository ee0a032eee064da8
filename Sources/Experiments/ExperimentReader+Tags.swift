extension ExperimentReader {
  /// The words of `tags`, each once.
  func tags() -> [String] {
    var seen: Set<String> = []
    let tags = root.list("tags", of: "words") { node -> String? in
      guard let text = node.text, !node.isNothing, Self.isWord(text, allowing: "._-") else {
        problems.add(
          node.place,
          "tags: received \(node.received), expected letters, digits, '.', '_' and '-'",
          hint: "a sentence goes into 'note'")
        return nil
      }
      if !seen.insert(text).inserted { problems.add(node.place, "tags: '\(text)' stands twice") }
      return text
    }
    return tags ?? []
  }
}
