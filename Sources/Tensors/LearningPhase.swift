/// What a forward pass is for. Always an argument, never ambient state.
public enum LearningPhase: String, Sendable {
  case training, evaluation
}
