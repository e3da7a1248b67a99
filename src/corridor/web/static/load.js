// Files go to the server in parts; what is there already is not sent again. Without this file a plain form sends them.
(function(){
"use strict";
if(!window.fetch||!window.Blob||!Blob.prototype.slice)return;
var ATTEMPTS=40,PAUSE=1500;
function wait(ms){return new Promise(function(done){setTimeout(done,ms)})}
function size(n){return n>=1e9?(n/1e9).toFixed(1)+" GB":n>=1e6?Math.round(n/1e6)+" MB":Math.max(1,Math.round(n/1e3))+" kB"}
function Sender(form){
 this.form=form;this.csrf=form.querySelector("input[name=csrf]").value;
 this.box=form.querySelector(".sending");this.button=form.querySelector("button.go");
}
// One request; a server that does not answer is asked again for a minute, a refusal is shown as it is.
Sender.prototype.ask=async function(path,body,headers){
 var all=Object.assign({"x-csrf-token":this.csrf,"accept":"application/json"},headers||{});
 for(var n=1;;n++){
  var answer=null;
  try{answer=await fetch(path,{method:"POST",body:body,headers:all,credentials:"same-origin",redirect:"error"})}catch(e){answer=null}
  if(answer&&answer.status<500){
   var told={};
   try{told=await answer.json()}catch(e){told={}}
   if(answer.ok)return told;
   if(told.error&&told.error.code==="WEB-UPLOAD-PART"&&n<3)continue;
   throw told.error||{what:"The server refused with status "+answer.status+"."};
  }
  if(n>=ATTEMPTS)throw{what:"The server does not answer.",todo:"Open this page again later; what was sent is kept."};
  this.say("The server does not answer; trying again ("+n+")");
  await wait(PAUSE);
 }
};
Sender.prototype.say=function(words,loss){
 if(!this.status){this.status=document.createElement("p");this.status.setAttribute("role","status");this.box.prepend(this.status)}
 this.status.textContent=words;this.status.className=loss?"loss":"";
};
Sender.prototype.row=function(file){
 var p=document.createElement("p"),bar=document.createElement("progress"),words=document.createElement("span");
 bar.max=file.size||1;bar.value=0;bar.setAttribute("aria-label",file.name);
 p.append(words,bar);this.box.append(p);
 return function(done){bar.value=file.size?done:1;words.textContent=file.name+": "+(done>=file.size?"sent":size(done)+" of "+size(file.size))};
};
async function digest(buffer){
 if(!window.crypto||!crypto.subtle)return "";
 var made=new Uint8Array(await crypto.subtle.digest("SHA-256",buffer));
 return Array.from(made,function(b){return b.toString(16).padStart(2,"0")}).join("");
}
Sender.prototype.file=async function(batch,file){
 var show=this.row(file);show(0);
 var form=new URLSearchParams({batch:batch,name:file.name,size:String(file.size),changed:String(file.lastModified||"")});
 var begun=await this.ask("/load/uploads",form);
 var held=new Set(begun.held),done=begun.bytes_held;show(done);
 for(var n=1;n<=begun.parts;n++){
  if(held.has(n))continue;
  var body=await file.slice((n-1)*begun.part_bytes,Math.min(file.size,n*begun.part_bytes)).arrayBuffer();
  var told=await this.ask("/load/uploads/"+begun.upload+"/parts/"+n,body,{"content-type":"application/octet-stream","x-part-sha256":await digest(body)});
  done=told.bytes_held;show(done);this.say("Sending");
 }
};
Sender.prototype.send=async function(){
 var files=Array.from(this.form.querySelector("input[type=file]").files);
 if(!files.length)return;
 this.box.hidden=false;this.box.textContent="";this.status=null;this.button.disabled=true;
 var leaving=function(event){event.preventDefault()};
 window.addEventListener("beforeunload",leaving);
 try{
  this.say("Sending");
  var batch=this.form.dataset.batch||this.begun;
  if(!batch){
   var chosen=new URLSearchParams();
   ["format","source_id"].forEach(function(name){chosen.set(name,this.form.elements[name].value)},this);
   if(this.form.elements.set_aside.checked)chosen.set("set_aside","yes");
   batch=this.begun=(await this.ask("/load/batches",chosen)).batch;
  }
  for(var i=0;i<files.length;i++)await this.file(batch,files[i]);
  this.say("Everything is here");
  var next=await this.ask("/load/batches/"+batch+"/load",new URLSearchParams());
  window.removeEventListener("beforeunload",leaving);
  location.assign(next.next);
 }catch(error){
  this.say([error.what,error.why,error.todo].filter(Boolean).join(" ")||"The files could not be read.",true);
 }finally{
  window.removeEventListener("beforeunload",leaving);
  this.button.disabled=false;
 }
};
document.querySelectorAll("#sender,form.resume").forEach(function(form){
 var sender=new Sender(form);
 form.addEventListener("submit",function(event){event.preventDefault();sender.send()});
});
})();
