
ú
shrink.protomy_layer_plugincaffe.proto"o
ShrinkParameter.
filler (2.caffe.FillerParameterRfiller,
channel_shared (:falseRchannelShared:[
shrink_param.caffe.LayerParameterÑ (2 .my_layer_plugin.ShrinkParameterRshrinkParam