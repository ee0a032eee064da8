import Datasets
import Testing

@Suite("Wording")
struct WordingTests {
  @Test(
    "suggests what was probably meant",
    arguments: [
      ("articletype", "articleType"), ("article_type", "articleType"),
      ("artcileType", "articleType"),
      ("yaer", "year"), ("label", nil), ("x", "id"), ("", "id"),
    ] as [(String, String?)])
  func suggestions(word: String, expected: String?) {
    let known = ["id", "articleType", "year", "season"]
    let found = Wording.suggestion(for: word, among: known)
    if word.count > 1 { #expect(found == expected) } else { #expect(found == nil) }
  }

  @Test("writes lists, counts and shares") func texts() {
    #expect(Wording.list(["a", "b"]) == "'a', 'b'")
    #expect(Wording.list(["a", "b", "c"], limit: 2) == "'a', 'b' and 1 more")
    #expect(Wording.count(1, "class", plural: "classes") == "1 class")
    #expect(Wording.count(0, "class", plural: "classes") == "0 classes")
    #expect(Wording.percent(0.05) == "5 %" && Wording.percent(0.7839) == "78.4 %")
  }
}
