import Results
import Testing

@Suite("The stage of a run") struct RunStageTests {
  private func stage(_ own: String, earlier: String = "", besides: String = "") -> RunStage? {
    RunStage(
      configuration: """
        {"dataset":{"classes":{"top":2},"root":"/a"},"label":"l","seed":1,"stage":{"earlier":\
        [\(earlier)],"name":"\(own)"},"strategy":{"name":"baseline"},"training":{"batch":8}\
        \(besides)}
        """)
  }

  private let before = #"{"classes":{"top":2},"name":"top","training":{"batch":8}}"#

  @Test func `is read from its configuration`() throws {
    let second = try #require(stage("rest", earlier: before))
    #expect(second.name == "rest" && second.place == 1)
    #expect(stage("top")?.place == 0)
    #expect(RunStage(configuration: #"{"seed":1}"#) == nil)
    #expect(RunStage(configuration: "no JSON") == nil)
  }

  @Test func `continues the runs that its configuration names, and no others`() throws {
    let second = try #require(stage("rest", earlier: before))
    #expect(second.course[0] == stage("top")?.course.last)
    let other = before.replacing("8", with: "16")
    #expect(stage("rest", earlier: other)?.course[0] != stage("top")?.course.last)
    #expect(stage("rest", earlier: other)?.course[1] != second.course[1])
    #expect(stage("top", besides: #","model":{"hidden":[]}"#)?.course != stage("top")?.course)
  }

  @Test func `is the same wherever the data lies`() {
    let moved = RunStage(
      configuration: """
        {"dataset":{"classes":{"top":2},"root":"/b"},"label":"m","seed":1,"stage":{"earlier":\
        [],"name":"top"},"strategy":{"name":"baseline"},"training":{"batch":8}}
        """)
    #expect(moved == stage("top"))
  }
}
