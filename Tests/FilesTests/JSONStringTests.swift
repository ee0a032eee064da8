import Files
import Foundation
import Testing

@Suite("A text in JSON") struct JSONStringTests {
  private let text = "a \"quote\" \\ / \n\r\t\u{0}\u{8}\u{C}\u{1F}\u{7F} é 帽子 👟"

  @Test func `escapes what must be and nothing else`() {
    #expect(
      JSONString.quoted(text)
        == #""a \"quote\" \\ / \n\r\t\u0000\u0008\u000c\u001f"# + "\u{7F} é 帽子 👟\"")
    #expect(
      JSONString.quoted(text, .letters)
        == #""a \"quote\" \\ / \n\r\t\u0000\b\f\u001f"# + "\u{7F} é 帽子 👟\"")
  }

  @Test func `reads back as it was`() throws {
    for escapes in [JSONString.ControlEscapes.numbers, .letters] {
      let data = Data(JSONString.quoted(text, escapes).utf8)
      #expect(try JSONDecoder().decode(String.self, from: data) == text)
    }
  }
}
